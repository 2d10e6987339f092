"""Answers as objects: what `with_structured_output` binds and how it parses.

LangChain's parsers complete JSON that was cut off; an `incomplete` answer is refused
here before they see it.
"""

import json
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Literal

from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.output_parsers.openai_tools import (
    JsonOutputKeyToolsParser,
    PydanticToolsParser,
)
from langchain_core.outputs import ChatGeneration, Generation
from langchain_core.runnables import Runnable, RunnableMap, RunnablePassthrough
from langchain_core.utils.function_calling import convert_to_json_schema
from langchain_core.utils.pydantic import is_basemodel_subclass
from pydantic import SkipValidation

from interactions_core.adapter import status_of
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._model.answers import VALUE, is_wrapped, reader_of
from interactions_langgraph._model.formats import is_typed, json_schema, name_of

Method = Literal["function_calling", "json_schema", "json_mode"]

METHODS = ("function_calling", "json_schema", "json_mode")


class _JsonAnswer(JsonOutputParser):
    """Reads an answer as JSON, in pieces too."""

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        _check_complete(result)
        return super().parse_result(result, partial=partial)


class _ObjectAnswer(PydanticOutputParser[Any]):
    """Reads an answer as a pydantic object."""

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        _check_complete(result)
        return super().parse_result(result, partial=partial)


class _ObjectCall(PydanticToolsParser):
    """Reads the arguments of a call as a pydantic object."""

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        _check_called(result)
        return super().parse_result(result, partial=partial)


class _JsonCall(JsonOutputKeyToolsParser):
    """Reads the arguments of a call."""

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        _check_called(result)
        return super().parse_result(result, partial=partial)


class _TypedAnswer(_JsonAnswer):
    """Reads an answer as an object of a class that is no model."""

    read: SkipValidation[Callable[[Any], Any]]

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        value = super().parse_result(result, partial=partial)
        return _parse(self.read, value, result, partial=partial)


class _ValueCall(_JsonCall):
    """Reads the arguments of a call, or the one that is the answer."""

    read: SkipValidation[Callable[[Any], Any]] | None = None
    wrapped: bool = False

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        value = super().parse_result(result, partial=partial)
        if value is None:
            return None
        if self.wrapped:
            value = _parse(_value_of, value, result, partial=partial)
        if self.read is None or (partial and value is None):
            return value
        return _parse(self.read, value, result, partial=partial)


def answer_parser(schema: Any) -> Runnable[Any, Any]:
    """Parse an answer that is JSON text."""
    if isinstance(schema, type) and is_basemodel_subclass(schema):
        return _ObjectAnswer(pydantic_object=schema)
    read = reader_of(schema)
    return _TypedAnswer(read=read) if read else _JsonAnswer()


def call_parser(schema: Any, name: str) -> Runnable[Any, Any]:
    """Parse an answer that is a call of the function `name`."""
    read, wrapped = reader_of(schema), is_wrapped(schema)
    if read or wrapped:
        return _ValueCall(
            key_name=name, first_tool_only=True, read=read, wrapped=wrapped
        )
    if isinstance(schema, type) and is_basemodel_subclass(schema):
        return _ObjectCall(tools=[schema], first_tool_only=True)
    return _JsonCall(key_name=name, first_tool_only=True)


def with_parser(
    model: Runnable[Any, Any], parser: Runnable[Any, Any], *, include_raw: bool
) -> Runnable[Any, Any]:
    """Put a parser behind a model.

    Args:
        model: The model, with all that it needs bound.
        parser: What reads its answer.
        include_raw: Whether to give `{"raw", "parsed", "parsing_error"}` and to raise
            nothing.
    """
    if not include_raw:
        return model | parser
    tried = RunnablePassthrough.assign(
        parsed=itemgetter("raw") | parser, parsing_error=lambda _: None
    )
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=model) | tried.with_fallbacks(
        [failed], exception_key="parsing_error"
    )


def check_request(schema: Any, method: object) -> None:
    """Refuse what nothing could be done with.

    Raises:
        ConfigurationError: `method` does not exist or lacks a schema, or the schema
            is none.
    """
    if method not in METHODS:
        msg = f"method {method!r} is none of {', '.join(METHODS)}"
        raise ConfigurationError(msg)
    if schema is None and method != "json_mode":
        msg = f"method {method!r} needs a schema"
        raise ConfigurationError(msg)
    if schema is not None:
        json_schema(schema)


def shown_schema(schema: Any) -> dict[str, Any]:
    """Write a schema for traces as LangChain writes it: under a name."""
    if isinstance(schema, Mapping) or schema is None or is_typed(schema):
        return {"title": name_of(schema)} | (
            json_schema(schema) if schema is not None else {}
        )
    return convert_to_json_schema(schema)


def _value_of(arguments: Mapping[str, Any]) -> Any:
    if VALUE not in arguments:
        msg = f"the call has no argument {VALUE!r}, which is the answer"
        raise ValueError(msg)
    return arguments[VALUE]


def _parse(
    read: Callable[[Any], Any], value: Any, result: list[Generation], *, partial: bool
) -> Any:
    try:
        return read(value)
    except ValueError as exc:
        if partial:
            return None
        msg = f"the answer {value!r} is not what was asked for: {exc}"
        raise OutputParserException(msg, llm_output=result[0].text) from exc


def _message(result: list[Generation]) -> AIMessage | None:
    first = result[0] if result else None
    message = first.message if isinstance(first, ChatGeneration) else None
    return message if isinstance(message, AIMessage) else None


def _check_complete(result: list[Generation]) -> None:
    message = _message(result)
    status = message.response_metadata.get("status") if message else None
    if message is None or status is None:
        return
    text = result[0].text
    if _is_cut(status) and not _is_json(text):
        raise _cut_off_error(message, text)
    if message.tool_calls and not text.strip():
        names = ", ".join(call["name"] for call in message.tool_calls)
        msg = (
            f"the model asked for tools ({names}) instead of giving the answer; run "
            "them and ask again, or use `create_agent(response_format=…)`"
        )
        raise OutputParserException(msg, llm_output=text)


def _check_called(result: list[Generation]) -> None:
    message = _message(result)
    if message is None or message.tool_calls:
        return
    if _is_cut(message.response_metadata.get("status")):
        raise _cut_off_error(message, result[0].text)


def _is_cut(status: object) -> bool:
    return status_of(status).finish == "length"


def _cut_off_error(message: AIMessage, text: str) -> OutputParserException:
    name = message.response_metadata.get("interaction_id") or "unstored"
    msg = (
        f"the answer was cut off before the object was complete (interaction {name}); "
        "raise max_output_tokens, or ask for less"
    )
    return OutputParserException(msg, llm_output=text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
