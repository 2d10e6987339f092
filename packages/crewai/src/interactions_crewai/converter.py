"""`InteractionsConverter`: `output_json` beside tools, for CrewAI's tasks."""

from typing import Any

from crewai.utilities.converter import Converter, ConverterError
from pydantic import BaseModel


class InteractionsConverter(Converter):
    """A converter whose JSON comes from the task's own LLM.

    CrewAI's own asks a client of another library instead, which knows neither the
    API's sessions nor its provider; the task then ends without its `json_dict`.
    Give it to a task that has `output_json` and an agent with tools:
    `Task(..., converter_cls=InteractionsConverter)`.
    """

    def to_json(self, current_attempt: int = 1) -> Any:
        """Convert the text to JSON of the task's schema."""
        try:
            return self.to_pydantic(current_attempt).model_dump_json()
        except ConverterError as error:
            return error

    async def ato_json(self, current_attempt: int = 1) -> Any:
        """Convert the text to JSON of the task's schema, without blocking."""
        try:
            answer: BaseModel = await self.ato_pydantic(current_attempt)
            return answer.model_dump_json()
        except ConverterError as error:
            return error
