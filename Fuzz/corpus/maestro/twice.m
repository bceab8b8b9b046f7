Constant Rows 5;
Constant Rows 5;
Network n { Layer a { Type: CONV Stride { X 1 X 1 } Dimensions { K 2 C 3 C 3 R 1 S 1 Y Rows X 5 } Stride { X 1 } } }
