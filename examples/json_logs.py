"""Log records are lines of JSON, with the ids of interaction, session and trace.

With `options = {}` this runs on the real API with GEMINI_API_KEY, without a fault.
"""

import io
import json
import logging

from langchain_core.messages import HumanMessage
from opentelemetry import context, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
HEADERS = {"traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-01"}


class JsonFormatter(logging.Formatter):
    """A record as a line of JSON."""

    def format(self, record):
        """Return text, fields and trace, and of an error its places in the code."""
        line = {"level": record.levelname, "text": record.getMessage()}
        line |= {n: v for n, v in vars(record).items() if n.startswith("interactions")}
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            line["trace_id"] = trace.format_trace_id(span.trace_id)
        if record.exc_info:
            line["stack"] = self.formatException(record.exc_info)
        return json.dumps(line)


def main():
    handler = logging.StreamHandler(out := io.StringIO())
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("interactions_core")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)

    # Whoever called this program is in a trace, which the records are found by.
    context.attach(TraceContextTextMapPropagator().extract(HEADERS))
    with Emulator() as server:
        options = {"base_url": server.url, "api_key": "any"}
        model = ChatInteractions(model="gemini-3.8-flash", session_id="acme", **options)
        server.fault(on="create", do={"status": 503})
        message = model.invoke([HumanMessage("My name is Ada.")])

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    for line in lines:
        print(line["level"], line["interactions_event"], line["trace_id"])
    assert lines[-1]["interactions_id"] == message.response_metadata["interaction_id"]
    assert all(line["interactions_session"] == "acme" for line in lines)
    assert "Ada" not in out.getvalue()


if __name__ == "__main__":
    main()
