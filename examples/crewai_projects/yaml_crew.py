"""A crew whose agents and tasks are in YAML files, and whose LLM is a method."""

from crewai import Agent, Crew, Task
from crewai.project import CrewBase, agent, crew, llm, task
from llms import gemini


@CrewBase
class Towns:
    """Reads config/agents.yaml and config/tasks.yaml."""

    @llm
    def gemini(self):
        """Return the LLM that agents.yaml names."""
        return gemini

    @agent
    def guide(self):
        """Make the agent of this name."""
        return Agent(config=self.agents_config["guide"])

    @task
    def describe(self):
        """Make the task of this name."""
        return Task(config=self.tasks_config["describe"])

    @crew
    def crew(self):
        """Put them together."""
        return Crew(agents=self.agents, tasks=self.tasks)
