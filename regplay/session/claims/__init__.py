"""The language of claims: statements that are checked by training."""

from regplay.session.claims.language import LONGEST_CLAIM, ClaimText, Statement, parse_claim
from regplay.session.claims.terms import (
    RESAMPLES,
    ClaimError,
    Term,
    Trained,
    measure_term,
)
