/**
 * Emits ONNX models from TypeScript. Only operators that both the CPU and the WebGPU provider of ONNX Runtime
 * implement are offered by name, so that one graph runs on either; `op` takes any other.
 *
 * Shapes are tracked while the graph is built, and a mismatch is reported at the line that made it.
 */
import { ATTRIBUTE_TYPE, ELEMENT_TYPE, encodeModel } from "./onnx.ts";
import type { AttributeProto, ValueInfoProto } from "./onnx.ts";

export type DType = "float32" | "int32" | "int64" | "bool";
/** A size; a string is a symbolic size that is fixed only when the graph runs (the length of a cache). */
export type Dim = number | string;
export type Shape = readonly Dim[];
export interface Tensor {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}
/** An integer attribute, a list of integers, or a floating-point attribute. */
export type Attribute = number | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** IR version 8 and operator set 18: the newest that the pinned runtime and its WebGPU provider both take. */
const IR_VERSION = 8;
const OPSET = 18;

/** Operands whose shapes do not fit; a defect of the code that builds the graph, never of the user's input. */
export class ShapeError extends Error {
  override name = "ShapeError";
  constructor(op: string, problem: string, ...operands: readonly Shape[]) {
    super(`${op}: ${problem} (${operands.map((shape) => `[${shape.join(", ")}]`).join(" and ")})`);
  }
}

/** Shape of an element-wise operation on two tensors (NumPy broadcasting). */
export function broadcast(op: string, a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new ShapeError(op, "shapes do not broadcast", a, b);
    return x === 1 ? y : x;
  });
}

/** Product of all sizes; every one must be known. */
export function sizeOf(shape: Shape): number {
  return shape.reduce<number>((product, dim) => {
    if (typeof dim === "string") throw new ShapeError("sizeOf", `size of "${dim}" is not known`, shape);
    return product * dim;
  }, 1);
}

type Values = ArrayLike<number>;

function bytesOf(values: Values, dtype: DType): Uint8Array {
  const array =
    dtype === "float32"
      ? Float32Array.from(values)
      : dtype === "int32"
        ? Int32Array.from(values)
        : dtype === "int64"
          ? BigInt64Array.from(Array.from(values, BigInt))
          : Uint8Array.from(values);
  return new Uint8Array(array.buffer);
}

function attribute(name: string, value: Attribute): AttributeProto {
  if (typeof value === "number") return { name, type: ATTRIBUTE_TYPE.int, i: value };
  if ("float" in value) return { name, type: ATTRIBUTE_TYPE.float, f: value.float };
  return { name, type: ATTRIBUTE_TYPE.ints, ints: [...value] };
}

interface Node {
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export class Graph {
  readonly #nodes: Node[] = [];
  readonly #inputs = new Map<string, Tensor>();
  readonly #outputs = new Map<string, Tensor>();
  readonly #constants = new Map<string, { tensor: Tensor; bytes: Uint8Array }>();
  readonly #weights: { tensor: Tensor; bytes: Uint8Array }[] = [];
  #count = 0;

  #fresh(prefix: string): string {
    return `${prefix}_${this.#count++}`;
  }

  input(name: string, shape: Shape, dtype: DType = "float32"): Tensor {
    if (this.#inputs.has(name)) throw new ShapeError("input", `"${name}" is declared twice`, shape);
    const tensor = { name, shape, dtype };
    this.#inputs.set(name, tensor);
    return tensor;
  }

  /** Makes a tensor an output of the model under the given name. */
  output(tensor: Tensor, name: string): void {
    if (this.#outputs.has(name) || this.#inputs.has(name))
      throw new ShapeError("output", `"${name}" is taken`, tensor.shape);
    this.#outputs.set(name, tensor);
  }

  /** A constant; equal constants are stored once. */
  constant(values: Values, shape: Shape, dtype: DType = "float32"): Tensor {
    if (sizeOf(shape) !== values.length) throw new ShapeError("constant", `${values.length} values do not fill`, shape);
    const bytes = bytesOf(values, dtype);
    const key = `${dtype} ${shape.join()} ${Buffer.from(bytes.buffer).toString("latin1")}`;
    const known = this.#constants.get(key);
    if (known) return known.tensor;
    const tensor = { name: this.#fresh("constant"), shape, dtype };
    this.#constants.set(key, { tensor, bytes });
    return tensor;
  }

  /** A large constant, of which no equal is looked for. */
  weights(values: Float32Array, shape: Shape): Tensor {
    if (sizeOf(shape) !== values.length) throw new ShapeError("weights", `${values.length} values do not fill`, shape);
    const tensor: Tensor = { name: this.#fresh("weights"), shape, dtype: "float32" };
    this.#weights.push({ tensor, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) });
    return tensor;
  }

  scalar(value: number, dtype: DType = "float32"): Tensor {
    return this.constant([value], [], dtype);
  }

  /** A list of integers as operators expect it: axes, starts, target shapes. */
  ints(values: readonly number[]): Tensor {
    return this.constant(values, [values.length], "int64");
  }

  /** Any operator with one output of a shape that the caller knows. */
  op(
    opType: string,
    inputs: readonly Tensor[],
    shape: Shape,
    attributes: Attributes = {},
    dtype: DType = "float32",
    domain = "",
  ): Tensor {
    return this.ops(opType, inputs, [shape], attributes, dtype, domain)[0];
  }

  /** Any operator with several outputs. */
  ops(
    opType: string,
    inputs: readonly Tensor[],
    shapes: readonly Shape[],
    attributes: Attributes = {},
    dtype: DType = "float32",
    domain = "",
  ): Tensor[] {
    const outputs = shapes.map((shape) => ({ name: this.#fresh(opType), shape, dtype }));
    this.#nodes.push({
      opType,
      domain,
      inputs: inputs.map((t) => t.name),
      outputs: outputs.map((t) => t.name),
      attributes,
    });
    return outputs;
  }

  #binary(opType: string, a: Tensor, b: Tensor, dtype: DType = a.dtype): Tensor {
    if (a.dtype !== b.dtype) throw new ShapeError(opType, `types differ: ${a.dtype} and ${b.dtype}`, a.shape, b.shape);
    return this.op(opType, [a, b], broadcast(opType, a.shape, b.shape), {}, dtype);
  }

  add(a: Tensor, b: Tensor): Tensor {
    return this.#binary("Add", a, b);
  }
  sub(a: Tensor, b: Tensor): Tensor {
    return this.#binary("Sub", a, b);
  }
  mul(a: Tensor, b: Tensor): Tensor {
    return this.#binary("Mul", a, b);
  }
  div(a: Tensor, b: Tensor): Tensor {
    return this.#binary("Div", a, b);
  }
  min(a: Tensor, b: Tensor): Tensor {
    return this.#binary("Min", a, b);
  }
  equal(a: Tensor, b: Tensor): Tensor {
    return this.#binary("Equal", a, b, "bool");
  }
  scale(a: Tensor, factor: number): Tensor {
    return factor === 1 ? a : this.mul(a, this.scalar(factor));
  }

  /** Element-wise function of one tensor: "Exp", "Log", "Sqrt", "Reciprocal", "Sigmoid", "Neg", "Abs", … */
  unary(opType: string, a: Tensor): Tensor {
    return this.op(opType, [a], a.shape, {}, a.dtype);
  }

  cast(a: Tensor, dtype: DType): Tensor {
    return a.dtype === dtype ? a : this.op("Cast", [a], a.shape, { to: ELEMENT_TYPE[dtype] }, dtype);
  }

  where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
    const shape = broadcast("Where", condition.shape, broadcast("Where", a.shape, b.shape));
    return this.op("Where", [condition, a, b], shape, {}, a.dtype);
  }

  /** Batched matrix product of […, m, k] and […, k, n]; the leading sizes broadcast. */
  matmul(a: Tensor, b: Tensor): Tensor {
    if (a.shape.length < 2 || b.shape.length < 2 || a.shape.at(-1) !== b.shape.at(-2)) {
      throw new ShapeError("MatMul", "inner sizes differ", a.shape, b.shape);
    }
    const batch = broadcast("MatMul", a.shape.slice(0, -2), b.shape.slice(0, -2));
    return this.op("MatMul", [a, b], [...batch, a.shape[a.shape.length - 2], b.shape[b.shape.length - 1]]);
  }

  /** op(a)·op(b) (+ addend, which may broadcast) of two matrices; op transposes where asked, at no cost. */
  gemm(a: Tensor, b: Tensor, o: { transA?: boolean; transB?: boolean; addend?: Tensor; alpha?: number } = {}): Tensor {
    if (a.shape.length !== 2 || b.shape.length !== 2)
      throw new ShapeError("Gemm", "takes two matrices", a.shape, b.shape);
    const [m, k] = o.transA ? [a.shape[1], a.shape[0]] : a.shape;
    const [k2, n] = o.transB ? [b.shape[1], b.shape[0]] : b.shape;
    if (k !== k2) throw new ShapeError("Gemm", "inner sizes differ", a.shape, b.shape);
    if (o.addend) broadcast("Gemm", [m, n], o.addend.shape);
    const attributes = {
      ...(o.transA ? { transA: 1 } : {}),
      ...(o.transB ? { transB: 1 } : {}),
      ...(o.alpha === undefined ? {} : { alpha: { float: o.alpha } }),
    };
    return this.op("Gemm", o.addend ? [a, b, o.addend] : [a, b], [m, n], attributes);
  }

  /** At most one symbolic size may be among the new ones; it takes what is left. */
  reshape(a: Tensor, shape: Shape): Tensor {
    const symbolic = [...a.shape, ...shape].some((dim) => typeof dim === "string");
    if (!symbolic && sizeOf(a.shape) !== sizeOf(shape)) throw new ShapeError("Reshape", "sizes differ", a.shape, shape);
    const target = shape.map((dim) => (typeof dim === "string" ? -1 : dim));
    if (target.filter((dim) => dim < 0).length > 1)
      throw new ShapeError("Reshape", "two symbolic sizes", a.shape, shape);
    return this.op("Reshape", [a, this.ints(target)], shape, {}, a.dtype);
  }

  transpose(a: Tensor, perm: readonly number[]): Tensor {
    if (perm.length !== a.shape.length || perm.some((_, i) => !perm.includes(i))) {
      throw new ShapeError("Transpose", `[${perm.join(", ")}] is no permutation of its axes`, a.shape);
    }
    const shape = perm.map((axis) => a.shape[axis]);
    return this.op("Transpose", [a], shape, { perm }, a.dtype);
  }

  /** ReduceSum, ReduceMean or ReduceMax over the given axes (counted from the front). */
  reduce(
    opType: "ReduceSum" | "ReduceMean" | "ReduceMax" | "ReduceSumSquare",
    a: Tensor,
    axes: readonly number[],
    keep = true,
  ): Tensor {
    if (axes.some((axis) => axis < 0 || axis >= a.shape.length))
      throw new ShapeError(opType, `no axis ${axes.join()}`, a.shape);
    const shape = a.shape.map((dim, i) => (axes.includes(i) ? 1 : dim)).filter((_, i) => keep || !axes.includes(i));
    return this.op(opType, [a, this.ints(axes)], shape, { keepdims: keep ? 1 : 0 }, a.dtype);
  }

  /** Over the last axis. */
  softmax(a: Tensor): Tensor {
    return this.op("Softmax", [a], a.shape, { axis: -1 });
  }

  concat(tensors: readonly Tensor[], axis: number): Tensor {
    const [first, ...rest] = tensors;
    for (const t of rest) {
      const fits =
        t.shape.length === first.shape.length && t.shape.every((dim, i) => i === axis || dim === first.shape[i]);
      if (!fits || t.dtype !== first.dtype)
        throw new ShapeError("Concat", `do not join along axis ${axis}`, first.shape, t.shape);
    }
    const dims = tensors.map((t) => t.shape[axis]);
    const known = dims.filter((dim) => typeof dim === "number");
    const joined = known.length === dims.length ? known.reduce((sum, dim) => sum + dim, 0) : dims.join("+");
    const shape = first.shape.map((dim, i) => (i === axis ? joined : dim));
    return tensors.length === 1 ? first : this.op("Concat", tensors, shape, { axis }, first.dtype);
  }

  /**
   * Elements start … end−1 along an axis. Negative bounds count from the end; where the size is symbolic, `dim` names the
   * size of the result.
   */
  slice(a: Tensor, axis: number, start: number, end: number, dim?: Dim): Tensor {
    const size = a.shape[axis];
    const at = (bound: number, of: number): number => Math.min(bound < 0 ? bound + of : bound, of);
    const length = typeof size === "number" ? at(end, size) - at(start, size) : dim;
    if (length === undefined || (typeof length === "number" && length <= 0)) {
      throw new ShapeError("Slice", `${start}…${end} is empty or unknown on axis ${axis}`, a.shape);
    }
    const shape = a.shape.map((d, i) => (i === axis ? length : d));
    return this.op("Slice", [a, this.ints([start]), this.ints([end]), this.ints([axis])], shape, {}, a.dtype);
  }

  /** Rows of a table along axis 0: table [V, …], ids [n…] → [n…, …]. */
  gather(table: Tensor, ids: Tensor): Tensor {
    return this.op("Gather", [table, ids], [...ids.shape, ...table.shape.slice(1)], { axis: 0 }, table.dtype);
  }

  /** The model as a serialised ONNX protobuf. Graph outputs take their names without a copy where they can. */
  build(): Uint8Array {
    const renamed = new Map<string, string>();
    const nodes = [...this.#nodes];
    const made = new Set(nodes.flatMap((node) => node.outputs));
    for (const [name, tensor] of this.#outputs) {
      if (made.has(tensor.name) && !renamed.has(tensor.name)) renamed.set(tensor.name, name);
      else nodes.push({ opType: "Identity", domain: "", inputs: [tensor.name], outputs: [name], attributes: {} });
    }
    const rename = (name: string): string => renamed.get(name) ?? name;
    const info = (name: string, tensor: Tensor): ValueInfoProto => ({
      name,
      type: {
        tensorType: {
          elemType: ELEMENT_TYPE[tensor.dtype],
          shape: { dim: tensor.shape.map((d) => (typeof d === "string" ? { dimParam: d } : { dimValue: d })) },
        },
      },
    });
    return encodeModel({
      irVersion: IR_VERSION,
      opsetImport: [
        { domain: "", version: OPSET },
        { domain: "com.microsoft", version: 1 },
      ],
      graph: {
        name: "autodidact",
        node: nodes.map((node) => ({
          opType: node.opType,
          domain: node.domain,
          name: rename(node.outputs[0]),
          input: node.inputs.map(rename),
          output: node.outputs.map(rename),
          attribute: Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
        })),
        initializer: [...this.#constants.values(), ...this.#weights].map(({ tensor, bytes }) => ({
          name: tensor.name,
          dims: tensor.shape.map(Number),
          dataType: ELEMENT_TYPE[tensor.dtype],
          rawData: bytes,
        })),
        input: [...this.#inputs].map(([name, tensor]) => info(name, tensor)),
        output: [...this.#outputs].map(([name, tensor]) => info(name, tensor)),
      },
    });
  }
}
