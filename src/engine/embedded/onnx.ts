/** The part of the ONNX protobuf schema (onnx.proto of ONNX 1.17) that `Graph` writes. */
import protobuf from "protobufjs/light.js";

export interface AttributeProto {
  name: string;
  type: number;
  f?: number;
  i?: number;
  ints?: number[];
}
export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  domain: string;
  attribute: AttributeProto[];
}
export interface ValueInfoProto {
  name: string;
  type: { tensorType: { elemType: number; shape: { dim: ({ dimValue: number } | { dimParam: string })[] } } };
}
export interface TensorProto {
  dims: number[];
  dataType: number;
  name: string;
  rawData: Uint8Array;
}
export interface ModelProto {
  irVersion: number;
  opsetImport: { domain: string; version: number }[];
  graph: {
    name: string;
    node: NodeProto[];
    initializer: TensorProto[];
    input: ValueInfoProto[];
    output: ValueInfoProto[];
  };
}

export const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 } as const;
export const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;

const one = (type: string, id: number) => ({ type, id });
const many = (type: string, id: number) => ({ rule: "repeated" as const, type, id });

const schema = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: { irVersion: one("int64", 1), graph: one("Graph", 7), opsetImport: many("OperatorSet", 8) },
    },
    OperatorSet: { fields: { domain: one("string", 1), version: one("int64", 2) } },
    Graph: {
      fields: {
        node: many("Node", 1),
        name: one("string", 2),
        initializer: many("Tensor", 5),
        input: many("ValueInfo", 11),
        output: many("ValueInfo", 12),
      },
    },
    Node: {
      fields: {
        input: many("string", 1),
        output: many("string", 2),
        name: one("string", 3),
        opType: one("string", 4),
        attribute: many("Attribute", 5),
        domain: one("string", 7),
      },
    },
    Attribute: {
      fields: {
        name: one("string", 1),
        f: one("float", 2),
        i: one("int64", 3),
        ints: many("int64", 8),
        type: one("int32", 20),
      },
    },
    Tensor: {
      fields: { dims: many("int64", 1), dataType: one("int32", 2), name: one("string", 8), rawData: one("bytes", 9) },
    },
    ValueInfo: { fields: { name: one("string", 1), type: one("Type", 2) } },
    Type: { fields: { tensorType: one("TensorType", 1) } },
    TensorType: { fields: { elemType: one("int32", 1), shape: one("TensorShape", 2) } },
    TensorShape: { fields: { dim: many("Dimension", 1) } },
    Dimension: { fields: { dimValue: one("int64", 1), dimParam: one("string", 2) } },
  },
}).lookupType("Model");

/** Serialises a model; the bytes are what `InferenceSession.create` takes. */
export function encodeModel(model: ModelProto): Uint8Array {
  return schema.encode(model).finish();
}
