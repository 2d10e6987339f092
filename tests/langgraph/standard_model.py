"""What `ChatInteractions` can do, as LangChain's standard suites ask for it."""

from typing import Any

from interactions_langgraph import ChatInteractions


class StandardModel:
    """The properties that both suites read; every capability is the real one."""

    url: str | None = None
    """The server; class-wide, because the suites read their options from a property."""

    @property
    def chat_model_class(self) -> type[ChatInteractions]:
        return ChatInteractions

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {
            "model": "gemini-3.5-flash",
            "api_key": "not-a-key",
            "base_url": self.url,
            "api_version": "v1",
        }

    @property
    def has_tool_calling(self) -> bool:
        return True

    @property
    def has_tool_choice(self) -> bool:
        return True

    @property
    def has_structured_output(self) -> bool:
        return True

    @property
    def supports_json_mode(self) -> bool:
        return True

    @property
    def supports_image_inputs(self) -> bool:
        return True

    @property
    def supports_image_urls(self) -> bool:
        return True

    @property
    def supports_image_tool_message(self) -> bool:
        return True

    @property
    def supports_pdf_inputs(self) -> bool:
        return True

    @property
    def supports_pdf_tool_message(self) -> bool:
        return True

    @property
    def supports_audio_inputs(self) -> bool:
        return True

    @property
    def supports_video_inputs(self) -> bool:
        return True

    @property
    def supports_anthropic_inputs(self) -> bool:
        return True

    @property
    def supports_model_override(self) -> bool:
        return True

    @property
    def model_override_value(self) -> str:
        return "gemini-2.5-flash"

    @property
    def returns_usage_metadata(self) -> bool:
        return True

    @property
    def supported_usage_metadata_details(self) -> dict[str, list[str]]:
        details = ["reasoning_output", "cache_read_input"]
        return {"invoke": details, "stream": details}
