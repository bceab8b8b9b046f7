import Workloads

/// N, G, K, C, P, Q, R and S.
func sizes(_ layer: Layer) -> [Int] { Dimension.allCases.map { layer[$0] } }
