"""Takes over the threads of LangGraph's own savers: `interactions migrate`."""
