"""Layer sweeps: which rows are one point of a curve over layers, so that nothing averages over the curve."""

from __future__ import annotations

import pandas as pd

_RUN = ("encoder", "intermediate", "seed", "target", "language", "metric")


def swept_layer(rows: pd.DataFrame) -> pd.Series[float]:
    """For every row its layer where its target was read at several layers, else NaN.

    A target counts as swept for an encoder if any of its runs has more than one layer. Where each run has
    one, arms are compared whatever their layers: the one that is published, or that each chose on dev data.

    Args:
        rows: result rows; without a column ``layer`` nothing is swept.
    """
    if rows.empty or "layer" not in rows.columns:
        return pd.Series(float("nan"), index=rows.index, dtype=float)
    layers = rows["layer"].astype(float)
    several = layers.groupby([rows[name] for name in _RUN]).transform("nunique") > 1
    swept = several.groupby([rows["encoder"], rows["target"]]).transform("any")
    return layers.where(swept)
