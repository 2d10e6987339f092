"""What is secret among options, and how it is shown, dumped and given back."""

from interactions_core.secret_options import (
    MASK,
    SCHEMAS,
    Kind,
    check_address,
    host_of,
    is_masked,
    is_telling,
    kind_of,
    masked,
    masked_address,
    masks_in,
    secret_text,
    secrets_in,
    shown_scheme,
    shown_store,
    with_secrets,
)

__all__ = [
    "MASK",
    "SCHEMAS",
    "Kind",
    "check_address",
    "host_of",
    "is_masked",
    "is_telling",
    "kind_of",
    "masked",
    "masked_address",
    "masks_in",
    "secret_text",
    "secrets_in",
    "shown_scheme",
    "shown_store",
    "with_secrets",
]
