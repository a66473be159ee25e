"""Weights of a Llama-like decoder in, the nodes of its ONNX graph out, in one of two dialects.

Both graphs compute rows of one sequence whose keys and values lie in buffers that the caller keeps. Which rows see which is told by an
additive bias, and positions are told too, so that rows can be branches of a tree: nothing in the graph assumes one line of text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from sqlcoder_core.models.convert.onnx_nodes import GraphWriter
from sqlcoder_core.models.convert.onnx_quantise import BLOCK, Bits, in_blocks
from sqlcoder_core.models.convert.onnx_shape import LlamaShape, rotary_tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sqlcoder_core.models.convert.weights import Weights

Graph = Literal["contrib", "standard"]
Precision = Literal["fp32", "int8", "int4"]

_MS = "com.microsoft"


class DecoderGraph:
    """The layers of one model, node by node.

    Inputs: `input_ids` and `position_ids` int64 `[1, rows]`; `attention_bias` float32 `[1, 1, rows, total]`, added to the scores of each
    row with the first `total` rows of the buffers; `logit_rows` int64 `[n]`, the rows whose logits are wanted; `past.N.key` and
    `past.N.value` `[1, kv_heads, capacity, head_dim]`. The new rows are written behind those that are there and before `total`. Outputs:
    `logits` `[n, vocabulary]`, and `present.N.key`/`.value`, to be bound to the same buffers as the past ones.
    `contrib` takes the end of the new rows as `seqlens_k` int32 `[1]` (`total - 1`) and `total_sequence_length` int32 `[]`; `standard`
    takes their beginning as `write_index` int64 `[1]`, and `valid` int64 `[1]` (`total`).
    """

    def __init__(self, shape: LlamaShape, weights: Weights, writer: GraphWriter, graph: Graph, precision: Precision) -> None:
        self._shape, self._weights, self._writer = shape, weights, writer
        self._names = frozenset(weights.names())
        self._contrib, self._precision = graph == "contrib", precision
        self._norms_heads = "model.layers.0.self_attn.q_norm.weight" in self._names

    def write(self, done: Callable[[int], None]) -> None:
        """Write all nodes and tensors; `done(n)` is told after the n-th of `layers + 2` parts."""
        self._write_constants()
        stream, embedding = self._embedded()
        done(1)
        for layer in range(self._shape.layers):
            stream = self._layer(layer, stream)
            done(layer + 2)
        normed = self._normed(stream, "model.norm.weight")
        self._write_logits(normed, embedding)
        done(self._shape.layers + 2)

    def _write_constants(self) -> None:
        import numpy as np

        heads, kv_heads, size = self._shape.heads, self._shape.kv_heads, self._shape.head_dim
        cosines, sines = rotary_tables(self._shape)
        self._writer.tensor("rotary.cos", cosines)
        self._writer.tensor("rotary.sin", sines)
        constants = {
            "shape.queries": [1, -1, heads, size],
            "shape.keys": [1, -1, kv_heads, size],
            "shape.joined": [1, 0, -1],
            "sizes.qkv": [heads * size, kv_heads * size, kv_heads * size],
            "first": [0],
            "axis.rows": [2],
        }
        for name, value in constants.items():
            self._writer.tensor(name, np.array(value, np.int64))

    # ---- both ends: token to vector, vector to logits

    def _embedded(self) -> tuple[str, Sequence[str]]:
        """The first stream `[1, rows, hidden]`, and the tensors of the embedding, for logits that share them.

        In few bits the rows of the embedding are taken first and multiplied out then, with standard operators, so that lookup and
        logits share one matrix. It has 8 bits in the 4-bit precision too: it is where 4 bits cost most.
        """
        import numpy as np

        op, name = self._writer.op, "model.embed_tokens.weight"
        matrix = self._weights.array(name)
        if self._precision == "fp32":
            self._writer.tensor(name, matrix.astype(np.float32, copy=False))
            return op("Gather", [name, "input_ids"], axis=0), (name,)
        packed, scales = self._blocks(name, matrix, 8)
        width = self._writer.tensor("shape.embedded", np.array([1, -1, BLOCK * (-(-self._shape.hidden // BLOCK))], np.int64))
        middle = self._writer.tensor("embed.zero", np.array(128, np.float32))
        steps = op("Sub", [op("Cast", [op("Gather", [packed, "input_ids"], axis=0)], to=1), middle])
        last = self._writer.tensor("axis.last", np.array([-1], np.int64))
        factors = op("Unsqueeze", [op("Gather", [scales, "input_ids"], axis=0), last])
        padded = op("Reshape", [op("Mul", [steps, factors]), width])
        return self._without_padding(padded), (packed, scales)

    def _without_padding(self, stream: str) -> str:
        import numpy as np

        if self._shape.hidden % BLOCK == 0:
            return stream
        ends = {"from": [0], "to": [self._shape.hidden], "of": [2]}
        names = [self._writer.tensor(f"embed.{name}", np.array(value, np.int64)) for name, value in ends.items()]
        return self._writer.op("Slice", [stream, *names])

    def _write_logits(self, stream: str, embedding: Sequence[str]) -> None:
        import numpy as np

        flat = self._writer.tensor("shape.flat", np.array([-1, self._shape.hidden], np.int64))
        rows = self._writer.op("Reshape", [stream, flat])
        if self._precision == "fp32":
            name = embedding[0] if self._shape.tied else self._writer.tensor("lm_head.weight", self._float("lm_head.weight"))
            self._writer.op("Gemm", [rows, name], outputs=["logits"], transB=1)
            return
        blocks = embedding if self._shape.tied else self._blocks("lm_head.weight", self._weights.array("lm_head.weight"), 8)
        self._multiplied(rows, blocks, self._shape.hidden, self._shape.vocabulary, 8, outputs=["logits"])

    # ---- one layer

    def _layer(self, layer: int, stream: str) -> str:
        prefix, op = f"model.layers.{layer}", self._writer.op
        attend = self._attended if self._contrib else self._attended_standard
        mixed = self._linear(self._normed(stream, f"{prefix}.input_layernorm.weight"), prefix, "self_attn", ("q_proj", "k_proj", "v_proj"))
        attended = attend(layer, mixed)
        if layer == self._shape.layers - 1:
            # What follows looks at one row at a time: rows whose logits nobody wants end here.
            attended, stream = (op("Gather", [one, "logit_rows"], axis=1) for one in (attended, stream))
        stream = op("Add", [stream, self._linear(attended, prefix, "self_attn", ("o_proj",))])
        return op("Add", [stream, self._gated(self._normed(stream, f"{prefix}.post_attention_layernorm.weight"), prefix)])

    def _attended(self, layer: int, mixed: str) -> str:
        buffers = [f"past.{layer}.key", f"past.{layer}.value"]
        lengths = ["seqlens_k", "total_sequence_length", "rotary.cos", "rotary.sin", "position_ids", "attention_bias"]
        outputs = [f"attended.{layer}", f"present.{layer}.key", f"present.{layer}.value"]
        heads = {"num_heads": self._shape.heads, "kv_num_heads": self._shape.kv_heads, "do_rotary": 1}
        parts = [mixed, "", ""]
        if self._norms_heads:
            flat = [self._writer.op("Reshape", [part, "shape.joined"]) for part in self._heads(layer, mixed)[:2]]
            parts = [*flat, f"values.{layer}"]
        return self._writer.op("GroupQueryAttention", [*parts, *buffers, *lengths], outputs=outputs, domain=_MS, **heads)

    def _attended_standard(self, layer: int, mixed: str) -> str:
        op = self._writer.op
        queries, keys, values = (op("Transpose", [part], perm=[0, 2, 1, 3]) for part in self._heads(layer, mixed))
        turned = [op("RotaryEmbedding", [part, "rotary.cos", "rotary.sin", "position_ids"]) for part in (queries, keys)]
        kept = [
            op("TensorScatter", [f"past.{layer}.{name}", new, "write_index"], outputs=[f"present.{layer}.{name}"], axis=2)
            for name, new in (("key", turned[1]), ("value", values))
        ]
        # The rows in use are cut out: given whole buffers, ONNX Runtime computes with all of their rows (and wants as wide a bias).
        used = [op("Slice", [buffer, "first", "valid", "axis.rows"]) for buffer in kept]
        seen = op("Attention", [turned[0], *used, "attention_bias"])
        return op("Reshape", [op("Transpose", [seen], perm=[0, 2, 1, 3]), "shape.joined"])

    def _heads(self, layer: int, mixed: str) -> list[str]:
        """Queries, keys and values `[1, rows, heads, head_dim]`; queries and keys normed where the model does that."""
        op, prefix = self._writer.op, f"model.layers.{layer}.self_attn"
        parts = [f"{name}.{layer}" for name in ("queries", "keys", "values")]
        op("Split", [mixed, "sizes.qkv"], outputs=parts, axis=-1)
        split = [op("Reshape", [part, f"shape.{shape}"]) for part, shape in zip(parts, ("queries", "keys", "keys"), strict=True)]
        if not self._norms_heads:
            return split
        return [self._normed(split[0], f"{prefix}.q_norm.weight"), self._normed(split[1], f"{prefix}.k_norm.weight"), split[2]]

    def _gated(self, stream: str, prefix: str) -> str:
        op = self._writer.op
        gate = self._linear(stream, prefix, "mlp", ("gate_proj",))
        up = self._linear(stream, prefix, "mlp", ("up_proj",))
        opened = op("Mul", [op("Mul", [gate, op("Sigmoid", [gate])]), up])
        return self._linear(opened, prefix, "mlp", ("down_proj",))

    def _normed(self, stream: str, name: str) -> str:
        weight = self._writer.tensor(name, self._float(name))
        kind = "SimplifiedLayerNormalization" if self._contrib else "RMSNormalization"
        return self._writer.op(kind, [stream, weight], axis=-1, epsilon=self._shape.epsilon)

    # ---- products

    def _linear(self, stream: str, prefix: str, part: str, names: tuple[str, ...]) -> str:
        """The stream times one matrix, or times several side by side; with their biases where the model has them."""
        import numpy as np

        full = [f"{prefix}.{part}.{name}" for name in names]
        matrices = [self._weights.array(f"{name}.weight") for name in full]
        matrix = np.concatenate(matrices) if len(matrices) > 1 else matrices[0]
        width, depth = matrix.shape
        name = f"{prefix}.{part}.{'+'.join(names)}"
        if self._precision == "fp32":
            product = self._writer.op("MatMul", [stream, self._writer.tensor(f"{name}.weight", matrix.T.astype(np.float32, order="C"))])
        else:
            # Measured on a model of 135 M: 8 bits for what leads back into the stream halve the divergence for a tenth of the size.
            bits: Bits = 8 if self._precision == "int8" or names == ("down_proj",) else 4
            product = self._multiplied(stream, self._blocks(f"{name}.weight", matrix, bits), depth, width, bits)
        return self._biased(product, name, full, width)

    def _biased(self, product: str, name: str, full: Sequence[str], width: int) -> str:
        import numpy as np

        if not any(f"{one}.bias" in self._names for one in full):
            return product
        biases = np.concatenate([self._float(f"{one}.bias") for one in full])
        return self._writer.op("Add", [product, self._writer.tensor(f"{name}.bias", biases)])

    def _multiplied(self, stream: str, blocks: Sequence[str], depth: int, width: int, bits: Bits, **more: Any) -> str:
        # Level 4: the stream is rounded to 8 bits in blocks as well, which is what makes it fast on CPUs.
        sizes: dict[str, Any] = {"K": depth, "N": width, "bits": bits, "block_size": BLOCK, "accuracy_level": 4}
        return self._writer.op("MatMulNBits", [stream, *blocks], domain=_MS, **sizes, **more)

    def _blocks(self, name: str, matrix: NDArray[Any], bits: Bits) -> list[str]:
        blocks = in_blocks(matrix, bits)
        parts: dict[str, Any] = {"packed": blocks.packed, "scales": blocks.scales, "zeros": blocks.zeros}
        return [self._writer.tensor(f"{name}.{part}", array) for part, array in parts.items() if array is not None]

    def _float(self, name: str) -> NDArray[Any]:
        import numpy as np

        return self._weights.array(name).astype(np.float32, copy=False)
