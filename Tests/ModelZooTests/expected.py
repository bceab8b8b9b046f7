"""Writes what the onnx package says of models, for the tests to compare with.

    python expected.py FOLDER

FOLDER/expected.json lists, for each model of the onnx package and of the folders in FOLDER/packages, its convolutions
and matrix products with the shapes that the package's own shape inference gives. FOLDER/operators gets the package's
test cases of single operators, with their inputs as initial values and without the shapes of what they compute;
FOLDER/operators.json has those shapes, and the whole numbers among what they compute.
"""

import json
import pathlib
import sys

import numpy
import onnx
from onnx import numpy_helper, shape_inference

PRODUCTS = {
    "Conv": (0, 1),
    "ConvInteger": (0, 1),
    "QLinearConv": (0, 3),
    "ConvTranspose": (0, 1),
    "Gemm": (0, 1),
    "MatMul": (0, 1),
    "MatMulInteger": (0, 1),
    "QLinearMatMul": (0, 3),
}


def shape_of(value_info):
    tensor = value_info.type.tensor_type
    if not value_info.type.HasField("tensor_type") or not tensor.HasField("shape"):
        return None
    return [d.dim_value if d.HasField("dim_value") else None for d in tensor.shape.dim]


def attributes_of(node):
    plain = {}
    for attribute in node.attribute:
        value = onnx.helper.get_attribute_value(attribute)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, (int, str)):
            plain[attribute.name] = value
        elif isinstance(value, list) and all(isinstance(item, int) for item in value):
            plain[attribute.name] = value
    return {
        "numbers": {name: value for name, value in plain.items() if isinstance(value, int)},
        "lists": {name: value for name, value in plain.items() if isinstance(value, list)},
        "texts": {name: value for name, value in plain.items() if isinstance(value, str)},
    }


def products_of(path):
    model = shape_inference.infer_shapes(onnx.load(path, load_external_data=False), data_prop=True)
    graph = model.graph
    shapes = {value.name: shape_of(value) for value in [*graph.input, *graph.value_info, *graph.output]}
    shapes |= {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type in PRODUCTS:
            a, b = PRODUCTS[node.op_type]
            yield {
                "operator": node.op_type,
                "name": node.name,
                "output": node.output[0],
                "a": shapes.get(node.input[a]),
                "b": shapes.get(node.input[b]),
                "result": shapes.get(node.output[0]),
                **attributes_of(node),
            }


def write_products(folder):
    roots = [pathlib.Path(onnx.__file__).parent / "backend/test/data", folder / "packages"]
    models = []
    for root in roots:
        for path in sorted(root.rglob("*.onnx")):
            products = list(products_of(path))
            if products:
                models.append({"name": path.relative_to(root).as_posix(), "file": str(path), "products": products})
    (folder / "expected.json").write_text(json.dumps(models))


def write_operators(folder):
    from onnx.backend.test.case.node import collect_testcases

    (folder / "operators").mkdir(exist_ok=True)
    cases = []
    for case in collect_testcases(None):
        graph = case.model.graph
        if not case.data_sets or not isinstance(case.data_sets[0], tuple):
            continue
        inputs, outputs = case.data_sets[0]
        expected = {}
        for value, array in zip(graph.output, outputs):
            if isinstance(array, numpy.ndarray):
                value.type.tensor_type.ClearField("shape")
                expected[value.name] = {"shape": list(array.shape)}
                if array.dtype in (numpy.int64, numpy.int32, numpy.bool_) and array.size <= 4096:
                    expected[value.name]["integers"] = [int(item) for item in array.flatten()]
        del graph.value_info[:]
        for value, array in zip(graph.input, inputs):
            if isinstance(array, (numpy.ndarray, numpy.generic)) and array.dtype != object:
                graph.initializer.append(numpy_helper.from_array(numpy.asarray(array), value.name))
        path = folder / "operators" / f"{case.name}.onnx"
        path.write_bytes(case.model.SerializeToString())
        operators = sorted({node.op_type for node in graph.node})
        cases.append({"name": case.name, "file": str(path), "operators": operators, "outputs": expected})
    (folder / "operators.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1]).resolve()
    write_products(target)
    write_operators(target)
