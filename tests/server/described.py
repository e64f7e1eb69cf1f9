"""Requests made from the OpenAPI description, and what every answer to them has to be."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)


def cases(number: int) -> settings:
    """So many requests a route, the same in every run."""
    return settings(
        max_examples=number,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def assert_as_described(case: schemathesis.Case, token: str) -> None:
    """No 5xx that is not foreseen; status, type and form are among those described."""
    case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"},
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
