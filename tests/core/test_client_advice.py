"""What the SDK refuses to make a client of comes with advice that fits."""

import pytest

from interactions_core.client.connection import Connection
from interactions_core.client.sdk import open_client
from interactions_core.exceptions import ConfigurationError


@pytest.mark.parametrize(
    ("connection", "advice"),
    [
        (Connection(), "No API key .* Set GEMINI_API_KEY or GOOGLE_API_KEY"),
        (Connection(api_key="k", project="p"), "project/location.* Pass vertexai=True"),
        (Connection(api_key="k", location="global"), "Pass vertexai=True"),
        (Connection(vertexai=True, location="global"), "Pass project=… and location=…"),
        (
            Connection(vertexai=True, api_key="k", credentials=object()),
            "mutually exclusive in the client initializer.$",
        ),
    ],
    ids=["no key", "project", "location", "no project", "key and credentials"],
)
def test_client_that_cannot_be_made_says_what_to_pass(
    connection: Connection, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("API_KEY", "CLOUD_PROJECT", "CLOUD_LOCATION"):
        monkeypatch.delenv(f"GOOGLE_{variable}", raising=False)
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    # It would look for credentials on the network; these name no project.
    found = (object(), None)
    monkeypatch.setattr("google.genai._api_client.load_auth", lambda **_: found)

    with pytest.raises(ConfigurationError, match=advice) as refused:
        open_client(connection)

    assert ("GEMINI_API_KEY" in str(refused.value)) == ("No API key" in advice)
