"""Every recording, and the test that it belongs to or why it has none."""

BRAINTRUST = "braintrustdata__braintrust-sdk-python/latest/test_interactions_"
OPENINFERENCE = "Arize-ai__openinference/test_"
GENERATE = f"{OPENINFERENCE}generate_interactions_"
RIG = "0xPlaygrounds__rig/gemini/"
VERCEL = "vercel__ai/"
OGX = "ogx-ai__ogx/"

TOOL_TURN = f"{BRAINTRUST}tool_call_and_follow_up.yaml"
OLD_TOOL_TURN = f"{BRAINTRUST}tool_span_stays_active_during_local_tool_work.yaml"
UNARY = (
    f"{BRAINTRUST}create_and_get.yaml",
    TOOL_TURN,
    f"{BRAINTRUST}delete.yaml",
    f"{GENERATE}simple_message[False].yaml",
    f"{GENERATE}async[False].yaml",
    f"{OPENINFERENCE}interactions_create.yaml",
    f"{OPENINFERENCE}agent_stream.yaml",
)
"""Sent as recorded; the answers have the recorded keys in the recorded order."""
ROUND_TRIP = f"{BRAINTRUST}async_round_trip.yaml"
STREAMS = (
    f"{BRAINTRUST}create_stream.yaml",
    f"{BRAINTRUST}async_stream.yaml",
    f"{GENERATE}simple_message[True].yaml",
    f"{GENERATE}async[True].yaml",
)
INCOMPLETE = {
    False: f"{GENERATE}multi_model_messages[False].yaml",
    True: f"{GENERATE}multi_model_messages[True].yaml",
}
_DOCUMENTS = "interactions_keeps_documents_after_system_before_history.yaml"
RIG_UNARY = (
    f"{RIG}interactions_api/followup_with_previous_interaction_id.yaml",
    f"{RIG}interactions_api/tool_result_roundtrip.yaml",
    f"{RIG}streaming_grammar/interactions_requires_action.yaml",
    f"{RIG}document_ordering/{_DOCUMENTS}",
)
RIG_STREAMS = (
    f"{RIG}interactions_api/streaming_interaction.yaml",
    f"{RIG}streaming_grammar/interactions_signature_without_summaries.yaml",
)

# The requests of these were not kept; the tests send what the names say.
PARSED = ("basic", "multi-turn-stateful-turn1", "issue-17937-top-k")
PARSED_SECOND_TURN = "multi-turn-stateful-turn2"
STRUCTURED = f"{VERCEL}structured-output.json"
SEARCH = f"{VERCEL}google-search"
BAD_SEGMENT = f"{VERCEL}video-static-processing-invalid-offsets.json"
RESEARCH = (
    "unattributed__find_string/"
    "62325989098.deep-research-completed.2026-08-18.TRUNCATED.json"
)
SANDBOX = "google-gemini__cookbook/Get_started_managed_agents.outputs.txt"

# The legacy schema: requests that are still valid get today's form of the answer.
SDK_1_75 = (
    "braintrustdata__braintrust-sdk-python/1.75.0/test_interactions_create_and_get.yaml"
)
LEGACY_UNARY = tuple(
    f"{OGX}{sha}.json"
    for sha in (
        "190a176922b96f8a452160eeee2fde26c1184e0e138693a079e3521c6dd57eba",
        "41336e0f7c4def91116cf082ca447a27c6c1c93f59892a1bf079302f73ba319a",
        "a7c1284bf83aca1b844ff61e650d5a775629fac46852957746f5bb8817908dfc",
        "aa84650126094453d52b0910420e73c1500d973cfb7a09022fa31228b369eac6",
        "c59491efc3af81dd6b5938695ca682539085da11e953fca31a4bdf70b2760f18",
        "e216e7d123ca9479420f4e7c34643ee803b24dac911b5fb8c96a422fa2fc92c2",
        "fb049e80f0f9b173b9d1e0f8c2ae83970d8de00e5717dcae6f43b530fb1abbac",
        "ffeafb6fb9f6fe65959073ba7b2d3034a7a61aae188a8c52cda9cf38fe7f1f1b",
    )
)
LEGACY_STREAMS = tuple(
    f"{OGX}{sha}.json"
    for sha in (
        "2cb6caa89a82691b08f59f724d697f518e57b07818c26c8a78c972dab8f3a95c",
        "72df7be9f414b6d04d00f666847edcac8c98baf7e5c79137285c12d0ae85b809",
        "df62e523dd87272e5c55c19d29a36f73aabf0a05969ccc611b6d434bfa1c255d",
    )
)
REFUSED_TOOLS = tuple(
    f"{OGX}{sha}.json"
    for sha in (
        "1151b20ef79f0f44639f8133c3d0595d224611608c17d4076a325169e5dbf81e",
        "1233b69e4bf9c1f6ef29dcf60d0cf5bc4cd58d22aafad80c9689688ac73389ea",
        "1dae2686d8b4deb514679468b59146c17c56f15cd19b9f850c8212cf3ea8fe6a",
        "32f8d6c8dcc9deaffaf4fc68494c7deaf21de42a01855419237d855b9cc2bdf4",
        "36a00e747aef2ae388935ed0594b579735c5b0ca21f758c501c3c1985a1bb892",
        "3edf7afd4b6a5a6e88f65b991a620c6c4114181fe021ffb9fd616b2db87aec29",
        "492b41a0927f88fa8df8d88091f9be3894eb8aeacae49b9a9fbf1b34ed067d08",
        "7ed792bc7ef799e7f934c20b2369926dd05a28a8af910a26e6cc72ccde73eeb5",
        "8eb3d4214bf1513e2f3f20781515df4ff976921ea3bbc69f9b3ed64f3015faec",
    )
)
LEGACY_HISTORY = (
    f"{OGX}2e4874779bace4867844819bef190b32e9ac2d46689f7f47b055d2138dd43b5e.json"
)
REFUSED_RESULTS = {
    "no call id": (
        f"{OGX}d74983e8f1516fa8badbfcfce1cf01556bd84ec4e07ee7d31e225533b65f4261.json"
    ),
    "function_response": (
        f"{OGX}992e969c0038caea036b57f37139b64c748d8064aea2cc3773bca667a2ccac35.json"
    ),
}
REFUSED_KEYS = {
    "args": f"{OGX}6fae4afd3df394e351b48e8540e13733d9c4d3c279617b100a208e4e350eb8b5.json",
    "id": f"{OGX}b14c2477bdd6b2f266e29b54f2e3f6d67f7832fb91f41fbd108164c4a625181c.json",
}
DUMPED = f"{OGX}google_non_streaming.json"
DUMPED_STREAM = f"{OGX}google_streaming.json"
LEGACY_RESEARCH = (
    "MaxiDonkey__DelphiGemini/interactions-agents.deep-research.legacy.2025-12-28.json"
)
CUT = "discuss.ai.google.dev/143098-10min-cut.legacy.2026-04.sse"
STUCK = "discuss.ai.google.dev/143099-resume-stuck.legacy.2026-04.txt"

COMPARED = frozenset(
    {
        *UNARY,
        OLD_TOOL_TURN,
        ROUND_TRIP,
        *STREAMS,
        *INCOMPLETE.values(),
        *RIG_UNARY,
        *RIG_STREAMS,
        *(f"{VERCEL}{name}.json" for name in (*PARSED, PARSED_SECOND_TURN)),
        *(f"{VERCEL}{name}.chunks.txt" for name in (*PARSED[:2], PARSED_SECOND_TURN)),
        STRUCTURED,
        f"{SEARCH}.json",
        f"{SEARCH}.chunks.txt",
        BAD_SEGMENT,
        *LEGACY_UNARY,
        *LEGACY_STREAMS,
        *REFUSED_TOOLS,
    }
)
"""The request is sent, or one made from the name; the whole answer is compared.

Keys, types and fixed words are; legacy answers after translation, and older ones
without what came later (signatures of calls, included input).
"""

IN_PART = {
    RESEARCH: "cut, and an SDK's dump: keys, step types, usage and citations are compared",
    SANDBOX: "printed, not recorded: the step types and the form of the ids are compared",
    SDK_1_75: "legacy: its last refusal is compared whole, the rest after translation",
    LEGACY_HISTORY: "turns with roles, since refused: sent as steps, then compared",
    **dict.fromkeys(
        REFUSED_RESULTS.values(),
        "turns with roles, since refused: the same mistake in steps has the same answer",
    ),
    **dict.fromkeys(
        REFUSED_KEYS.values(),
        "turns with roles, since refused: an unknown key in a step has another text"
        " since August 2026; status, code and body shape are compared",
    ),
    f"{OGX}fef710c8afb8c89a5486e1dafbc191f4c30223d31b86e981b3cd9092f99ac321.json": (
        "turns with roles, since refused; the result was right but the turn's role"
        " was not, and steps have no roles"
    ),
    DUMPED: "an SDK's dump without its request: key sets are compared",
    DUMPED_STREAM: "an SDK's dump without its request: key sets and events are compared",
    LEGACY_RESEARCH: "legacy, cut: the keys of the running GET are compared",
    CUT: "legacy names: events, event_id and the bare array are compared",
    STUCK: "a server's defect, cut: the first two events of the replay are compared",
    "MANIFEST.md": "the list of the recordings, not one of them",
}
"""What cannot be sent or compared whole: why, and what still is."""
