"""Fine-tunes the encoder: route, dangers, what answers a question, what may be published."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from rich.progress import track

from training.batches import (
    Batch,
    Example,
    Floats,
    Tokens,
    Topic,
    claim_batches,
    padded,
    pair_batches,
    route_batches,
)
from training.network import Array, Params, embedding, heads, hidden, pooled

DROPPED = 0.1
SCALE = 20.0
DANGER_WEIGHT = 4.0
CLAIM_WEIGHT = 0.7


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to learn; rates are those of AdamW."""

    epochs: int = 3
    rate: float = 1.6e-4
    head_rate: float = 1e-3
    decay: float = 0.01
    warm: float = 0.08
    pair_steps: int = 110
    average: float = 0.998
    seed: int = 20261125


@dataclass(frozen=True, slots=True)
class Lessons:
    """Everything that is learned from."""

    routes: Sequence[Example]
    communities: Sequence[Sequence[Topic]]
    claims: Sequence[tuple[str, float]]


class Given(NamedTuple):
    """The arrays of one batch, as the losses take them; `extra` holds dangers where routes are learned."""

    ids: Array
    types: Array
    target: Array
    extra: Array
    weight: Array


def fit(
    trained: Params,
    frozen: Params,
    lessons: Lessons,
    tokens: Tokens,
    plan: Plan,
    after_epoch: Callable[[int, Params], None] = lambda epoch, params: None,
) -> Params:
    """Return the trained parameters, averaged over the last steps."""
    rng = random.Random(plan.seed)
    steps = plan.epochs * (len(lessons.routes) // 32 + 40 + plan.pair_steps + len(lessons.claims) // 32)
    optimizer = _optimizer(plan, steps)
    state = optimizer.init(trained)
    key = jax.random.key(plan.seed)

    @partial(jax.jit, static_argnames="kind", donate_argnums=(0, 1, 2))
    def step(
        params: Params,
        state: Any,
        average: Params,
        key: Array,
        decay: Array,
        kind: str,
        given: Given,
    ) -> tuple[Params, Any, Params, Array]:
        loss, gradients = jax.value_and_grad(_LOSSES[kind])(params, frozen, key, given)
        updates, state = optimizer.update(gradients, state, params)
        params = optax.apply_updates(params, updates)
        average = jax.tree.map(lambda a, p: decay * a + (1 - decay) * p, average, params)
        return params, state, average, loss

    params = jax.tree.map(jnp.copy, trained)
    average = jax.tree.map(jnp.copy, trained)
    done = 0
    for epoch in range(plan.epochs):
        batches: list[Batch] = [
            *route_batches(lessons.routes, tokens, rng),
            *pair_batches(lessons.communities, tokens, rng, plan.pair_steps),
            *claim_batches(lessons.claims, tokens, rng),
        ]
        rng.shuffle(batches)
        total: dict[str, list[float]] = {}
        for batch in track(batches, f"epoch {epoch + 1} of {plan.epochs}"):
            key, this = jax.random.split(key)
            done += 1
            decay = jnp.float32(min(plan.average, done / (done + 10)))
            given = Given(batch.ids, batch.types, batch.target, batch.extra, batch.weight)
            params, state, average, loss = step(params, state, average, this, decay, batch.kind, given)
            total.setdefault(batch.kind, []).append(loss)
        print(
            {kind: round(float(np.mean([float(x) for x in losses])), 4) for kind, losses in total.items()},
            flush=True,
        )
        after_epoch(epoch, average)
    return average


def predict(
    trained: Params, frozen: Params, texts: Sequence[tuple[str, str]], tokens: Tokens
) -> dict[str, Floats]:
    """Return the logits of each head, and embeddings, for texts with what came before them."""
    forward = jax.jit(_forward)
    coded = tokens.encode(texts)
    order = sorted(range(len(texts)), key=lambda i: len(coded[i][0]))
    out: dict[str, list[Any]] = {}
    for at in range(0, len(order), 64):
        chunk = order[at : at + 64]
        ids, types = padded([coded[i] for i in chunk], 64)
        for name, values in forward(trained, frozen, ids, types).items():
            out.setdefault(name, []).append(np.asarray(values)[: len(chunk)])
    back = np.argsort(order)
    return {name: np.concatenate(values)[back] for name, values in out.items()}


def _forward(trained: Params, frozen: Params, ids: Array, types: Array) -> dict[str, Array]:
    mean, features = _read(trained, frozen, ids, types)
    return {**heads(trained, features), "embedding": embedding(mean), "features": features}


def _read(trained: Params, frozen: Params, ids: Array, types: Array) -> tuple[Array, Array]:
    mean, most = pooled(hidden(trained, frozen, ids, types), ids)
    return mean, jnp.concatenate([mean, most], -1)


def _optimizer(plan: Plan, steps: int) -> optax.GradientTransformation:
    def rate(peak: float) -> optax.GradientTransformation:
        schedule = optax.warmup_cosine_decay_schedule(0.0, peak, int(steps * plan.warm), steps, peak * 0.03)
        return optax.adamw(schedule, weight_decay=plan.decay)

    def which(params: Params) -> Params:
        return {
            name: jax.tree.map(lambda _, n=name: "head" if n == "heads" else "body", at)
            for name, at in params.items()
        }

    return optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.multi_transform({"body": rate(plan.rate), "head": rate(plan.head_rate)}, which),
    )


def _features(trained: Params, frozen: Params, key: Array, ids: Array, types: Array) -> Array:
    _, features = _read(trained, frozen, ids, types)
    kept = jax.random.bernoulli(key, 1 - DROPPED, features.shape)
    return jnp.where(kept, features / (1 - DROPPED), 0.0)


def _route_loss(trained: Params, frozen: Params, key: Array, given: Given) -> Array:
    out = heads(trained, _features(trained, frozen, key, given.ids, given.types))
    route = optax.softmax_cross_entropy(out["route"], given.target)
    known = (given.extra >= 0).astype(jnp.float32)
    danger = (optax.sigmoid_binary_cross_entropy(out["danger"], jnp.maximum(given.extra, 0.0)) * known).mean(
        -1
    )
    return ((route + DANGER_WEIGHT * danger) * given.weight).sum() / given.weight.sum()


def _pair_loss(trained: Params, frozen: Params, key: Array, given: Given) -> Array:
    del key
    vectors = embedding(pooled(hidden(trained, frozen, given.ids, given.types), given.ids)[0])
    half = given.ids.shape[0] // 2
    scores = SCALE * vectors[:half] @ vectors[half:].T + jnp.where(given.weight > 0, 0.0, -1e9)[None]
    right = jnp.arange(half)
    there = optax.softmax_cross_entropy_with_integer_labels(scores, right)
    back = optax.softmax_cross_entropy_with_integer_labels(
        scores.T + jnp.where(given.weight > 0, 0.0, -1e9)[None], right
    )
    return ((there + back) * given.weight).sum() / given.weight.sum() / 2


def _claim_loss(trained: Params, frozen: Params, key: Array, given: Given) -> Array:
    out = heads(trained, _features(trained, frozen, key, given.ids, given.types))
    loss = optax.sigmoid_binary_cross_entropy(out["claim"], given.target)[:, 0]
    return CLAIM_WEIGHT * (loss * given.weight).mean()


_LOSSES = {"route": _route_loss, "pair": _pair_loss, "claim": _claim_loss}
