"""The encoder in JAX: BERT's six small layers, a mean and a maximum over words, and linear heads.

Sizes are those of the base model. Everything is a plain dictionary of arrays, so that the same
weights go into the ONNX file under the same names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import load_file

from training.messages import DANGERS

HIDDEN = 384
HEADS = 12
LAYERS = 6
EPSILON = 1e-12
ROUTES = ("crisis", "medical", "sourcing", "other")
OUTPUTS = {"route": len(ROUTES), "danger": len(DANGERS), "claim": 1}

Params = dict[str, Any]
Array = jax.Array


def start(weights: Path, seed: int) -> tuple[Params, Params]:
    """Return (trained, frozen) parameters: the base model's, with small random heads."""
    raw = load_file(weights)
    random = np.random.default_rng(seed)
    trained: Params = {
        "type": raw["embeddings.token_type_embeddings.weight"],
        "norm": _norm(raw, "embeddings.LayerNorm"),
        "layers": [_layer(raw, f"encoder.layer.{number}") for number in range(LAYERS)],
        "heads": {
            name: {
                "w": random.normal(0, 0.02, (2 * HIDDEN, size)).astype(np.float32),
                "b": np.zeros(size, np.float32),
            }
            for name, size in OUTPUTS.items()
        },
    }
    # Word vectors keep what they know of words that the corpus never uses.
    frozen: Params = {
        "words": raw["embeddings.word_embeddings.weight"],
        "places": raw["embeddings.position_embeddings.weight"],
    }
    as_jax = jax.tree.map(jnp.asarray, (trained, frozen))
    return as_jax[0], as_jax[1]


def hidden(trained: Params, frozen: Params, ids: Array, types: Array) -> Array:
    """Return the last layer for token ids and segment numbers, both (batch, length); 0 is padding."""
    mask = ids != 0
    x = frozen["words"][ids] + frozen["places"][: ids.shape[1]][None] + trained["type"][types]
    x = _normalised(x, trained["norm"])
    bias = jnp.where(mask, 0.0, -1e9)[:, None, None, :]
    for layer in trained["layers"]:
        x = _normalised(x + _attention(x, bias, layer), layer["norm_a"])
        x = _normalised(
            x + _dense(jax.nn.gelu(_dense(x, layer["up"]), approximate=False), layer["down"]), layer["norm_b"]
        )
    return x


def pooled(x: Array, ids: Array) -> tuple[Array, Array]:
    """Return (mean, maximum) over the words of each text, both (batch, hidden)."""
    mask = (ids != 0)[..., None]
    mean = (x * mask).sum(1) / mask.sum(1)
    return mean, jnp.where(mask, x, -1e9).max(1)


def embedding(mean: Array) -> Array:
    """Return unit vectors of mean-pooled texts, as the base model defines them."""
    return mean / jnp.linalg.norm(mean, axis=-1, keepdims=True)


def heads(trained: Params, features: Array) -> dict[str, Array]:
    """Return the logits of each head for features (batch, 2 * hidden)."""
    return {name: _dense(features, trained["heads"][name]) for name in OUTPUTS}


def _attention(x: Array, bias: Array, layer: Params) -> Array:
    batch, length, _ = x.shape
    q, k, v = (
        _dense(x, layer[name]).reshape(batch, length, HEADS, HIDDEN // HEADS).transpose(0, 2, 1, 3)
        for name in "qkv"
    )
    weights = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) / np.sqrt(HIDDEN // HEADS) + bias, -1)
    return _dense((weights @ v).transpose(0, 2, 1, 3).reshape(batch, length, HIDDEN), layer["out"])


def _dense(x: Array, at: Params) -> Array:
    return x @ at["w"] + at["b"]


def _normalised(x: Array, at: Params) -> Array:
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(variance + EPSILON) * at["w"] + at["b"]


def _layer(raw: dict[str, np.ndarray], prefix: str) -> Params:
    return {
        "q": _linear(raw, f"{prefix}.attention.self.query"),
        "k": _linear(raw, f"{prefix}.attention.self.key"),
        "v": _linear(raw, f"{prefix}.attention.self.value"),
        "out": _linear(raw, f"{prefix}.attention.output.dense"),
        "norm_a": _norm(raw, f"{prefix}.attention.output.LayerNorm"),
        "up": _linear(raw, f"{prefix}.intermediate.dense"),
        "down": _linear(raw, f"{prefix}.output.dense"),
        "norm_b": _norm(raw, f"{prefix}.output.LayerNorm"),
    }


def _linear(raw: dict[str, np.ndarray], name: str) -> Params:
    return {"w": raw[f"{name}.weight"].T.copy(), "b": raw[f"{name}.bias"]}


def _norm(raw: dict[str, np.ndarray], name: str) -> Params:
    return {"w": raw[f"{name}.weight"], "b": raw[f"{name}.bias"]}
