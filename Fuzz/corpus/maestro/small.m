// a network
Constant Rows 56;
Network small {
  Layer one {
    Type: CONV
    Stride { X: 1, Y: 2 }
    Dimensions { K: 64, C: 3, R: 7, S: 5, Y:224, X:112 }
    Dataflow { TemporalMap(Sz(R),1) Y; /* { */ Cluster(64, P); }
  }
  Layer two { Type: DSCONV Dimensions { K 1,C 32,R 3,S 3,Y Rows,X 10 } }
  Layer three { Type: GEMM Dimensions { K: 3, M: 7, N: 5 } }
}
