"""Writes trained weights as an ONNX graph, in eight bits."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.network import EPSILON, HEADS, HIDDEN, OUTPUTS, Params

OPSET = 17


class _Graph:
    """Collects nodes and constants; each method returns the name of what it adds."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._count = 0

    def constant(self, name: str, values: Any, kind: Any = np.float32) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values, dtype=kind), name))
        return name

    def add(self, op: str, *given: str, out: str | None = None, **attributes: Any) -> str:
        self._count += 1
        name = out or f"{op.lower()}_{self._count}"
        self.nodes.append(helper.make_node(op, list(given), [name], name=f"{op}_{self._count}", **attributes))
        return name

    def dense(self, x: str, at: Params, name: str, out: str | None = None) -> str:
        product = self.add("MatMul", x, self.constant(f"{name}.w", at["w"]))
        return self.add("Add", product, self.constant(f"{name}.b", at["b"]), out=out)

    def normalised(self, x: str, at: Params, name: str) -> str:
        scale, bias = self.constant(f"{name}.w", at["w"]), self.constant(f"{name}.b", at["b"])
        return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=EPSILON)


def graph(trained: Params, frozen: Params) -> onnx.ModelProto:
    """Return the network as ONNX: ids and segments (batch, length) in, logits and unit embedding out."""
    g = _Graph()
    g.constant("zero", [0], np.int64)
    g.constant("one", [1], np.int64)
    g.constant("big", -1e9)
    mask = g.add("Not", g.add("Equal", "ids", "zero"))
    length = g.add("Shape", "ids", start=1, end=2)
    x = g.add("Gather", g.constant("words", frozen["words"]), "ids")
    places = g.add("Slice", g.constant("places", frozen["places"]), "zero", length, "zero")
    x = g.add("Add", g.add("Add", x, places), g.add("Gather", g.constant("type", trained["type"]), "types"))
    x = g.normalised(x, trained["norm"], "norm")
    seen = g.add("Cast", mask, to=TensorProto.FLOAT)
    hidden_bias = g.add("Where", mask, g.constant("nothing", 0.0), "big")
    bias = g.add("Unsqueeze", hidden_bias, g.constant("head_axes", [1, 2], np.int64))
    shape = g.constant("split", [0, 0, HEADS, HIDDEN // HEADS], np.int64)
    flat = g.constant("flat", [0, 0, HIDDEN], np.int64)
    root = g.constant("root", 1 / np.sqrt(HIDDEN // HEADS))
    for number, layer in enumerate(trained["layers"]):
        at = f"layer.{number}"
        q, k, v = (g.add("Reshape", g.dense(x, layer[name], f"{at}.{name}"), shape) for name in "qkv")
        q, v = (g.add("Transpose", one, perm=[0, 2, 1, 3]) for one in (q, v))
        k = g.add("Transpose", k, perm=[0, 2, 3, 1])
        scores = g.add("Add", g.add("Mul", g.add("MatMul", q, k), root), bias)
        mixed = g.add("Transpose", g.add("MatMul", g.add("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        x = g.normalised(
            g.add("Add", x, g.dense(g.add("Reshape", mixed, flat), layer["out"], f"{at}.out")),
            layer["norm_a"],
            f"{at}.norm_a",
        )
        up = g.dense(x, layer["up"], f"{at}.up")
        x = g.normalised(
            g.add("Add", x, g.dense(_gelu(g, up), layer["down"], f"{at}.down")),
            layer["norm_b"],
            f"{at}.norm_b",
        )
    wide = g.add("Unsqueeze", seen, g.constant("last", [-1], np.int64))
    mean = g.add(
        "Div",
        g.add("ReduceSum", g.add("Mul", x, wide), "one", keepdims=0),
        g.add("ReduceSum", wide, "one", keepdims=0),
    )
    most = g.add(
        "ReduceMax", g.add("Where", g.add("Unsqueeze", mask, "last"), x, "big"), axes=[1], keepdims=0
    )
    norm = g.add("ReduceL2", mean, axes=[-1], keepdims=1)
    g.add("Div", mean, norm, out="embedding")
    features = g.add("Concat", mean, most, axis=-1)
    for name in OUTPUTS:
        g.dense(features, trained["heads"][name], f"head.{name}", out=name)
    made = helper.make_model(
        helper.make_graph(
            g.nodes,
            "signpost-encoder",
            [
                helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
                for name in ("ids", "types")
            ],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", size])
                for name, size in (*OUTPUTS.items(), ("embedding", HIDDEN))
            ],
            g.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=8,
    )
    onnx.checker.check_model(made)
    return made


def write(trained: Params, frozen: Params, target: Path) -> None:
    """Write the graph with eight-bit weights; seven bits are used of each, so that no processor overflows."""
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        onnx.save(graph(trained, frozen), plain)
        quantize_dynamic(
            plain,
            target,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[],
        )


def _gelu(g: _Graph, x: str) -> str:
    names = {one.name for one in g.constants}
    for name, value in (("half", 0.5), ("unit", 1.0), ("root_half", np.sqrt(0.5))):
        if name not in names:
            g.constant(name, value)
    inner = g.add("Add", g.add("Erf", g.add("Mul", x, "root_half")), "unit")
    return g.add("Mul", g.add("Mul", x, inner), "half")
