"""`InteractionsConverter`: `output_json` beside tools, for CrewAI's tasks."""

from typing import Any

from crewai.tools.tool_failure import ToolExecutionFailedError
from crewai.utilities.converter import Converter, ConverterError
from pydantic import BaseModel


class InteractionsConverter(Converter):
    """A converter whose JSON comes from the task's own LLM, asked again if that helps.

    CrewAI's own asks a client of another library instead, which knows neither the
    API's sessions nor its provider; the task then ends without its `json_dict`.
    It also asks three times whatever the error is; here errors that would come again,
    such as that of a wrong key, stop the crew at once.
    Give it to a task that has `output_json` and an agent with tools:
    `Task(..., converter_cls=InteractionsConverter)`.
    """

    def to_pydantic(self, current_attempt: int = 1) -> BaseModel:
        """Convert the text to the task's class."""
        try:
            return super().to_pydantic(self.max_attempts)
        except ConverterError as error:
            self._stop_or_go_on(error, current_attempt)
            return self.to_pydantic(current_attempt + 1)

    async def ato_pydantic(self, current_attempt: int = 1) -> BaseModel:
        """Convert the text to the task's class, without blocking."""
        try:
            return await super().ato_pydantic(self.max_attempts)
        except ConverterError as error:
            self._stop_or_go_on(error, current_attempt)
            return await self.ato_pydantic(current_attempt + 1)

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

    def _stop_or_go_on(self, error: ConverterError, attempt: int) -> None:
        if isinstance(error.__cause__, ToolExecutionFailedError):
            raise error.__cause__
        if attempt >= self.max_attempts:
            raise error
