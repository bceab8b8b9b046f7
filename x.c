// shape: k = 6, c = 4, p = 9, q = 9, r = 3, s = 3, input 9x9, padding 1 in front
//
//   keep weights: 216 words (k 6, c 4, r 3, s 3)
//     for p in 9 by 1
//       keep inputs: 108 words (c 4, p 1, q 9, r 3, s 3)
//         for k in 6 by 1
//           for q in 9 by 1
//             keep outputs: 1 word (k 1, p 1, q 1)
//               for c in 4, r in 3, s in 3 by 1, in any order: one MAC each
//
// Not said here: where tensors are kept: what a copy engine moves is not in it.
// Written by tilebound export.
module attributes {transform.with_named_sequence} {
  func.func @shape(%inputs: tensor<1x4x9x9xi8>, %weights: tensor<6x4x3x3xi8>, %outputs: tensor<1x6x9x9xi32>) -> tensor<1x6x9x9xi32> {
    %zero = arith.constant 0 : i8
    %padded = tensor.pad %inputs low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%d0: index, %d1: index, %d2: index, %d3: index):
      tensor.yield %zero : i8
    } : tensor<1x4x9x9xi8> to tensor<1x4x11x11xi8>
    %done = linalg.conv_2d_nchw_fchw {dilations = dense<[1, 1]> : tensor<2xi64>, strides = dense<[1, 1]> : tensor<2xi64>}
      ins(%padded, %weights : tensor<1x4x11x11xi8>, tensor<6x4x3x3xi8>)
      outs(%outputs : tensor<1x6x9x9xi32>) -> tensor<1x6x9x9xi32>
    return %done : tensor<1x6x9x9xi32>
  }

  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %layer = transform.structured.match ops{["linalg.conv_2d_nchw_fchw"]} in %module : (!transform.any_op) -> !transform.any_op
    // p in 9 by 1
    %tile0, %loops0 = transform.structured.tile_using_for %layer tile_sizes [0, 0, 1, 0, 0, 0, 0] interchange = [2, 0, 1, 3, 4, 5, 6]
      : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    // k in 6 by 1, q in 9 by 1
    %tile1, %loops1:2 = transform.structured.tile_using_for %tile0 tile_sizes [0, 1, 0, 1, 0, 0, 0] interchange = [1, 3, 0, 2, 4, 5, 6]
      : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}
