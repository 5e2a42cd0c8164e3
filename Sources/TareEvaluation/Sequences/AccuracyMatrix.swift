/// What training on one domain after the other learns, keeps and forgets.

/// Accuracies after each stage, and the numbers that continual learning draws from them. Stage i trains
/// on domain i; a is the accuracy, N the number of domains, numbered from 1.
package struct AccuracyMatrix: Sendable, Hashable {
  /// Before any training, [domain].
  package let start: [Double]
  /// [stage][domain]
  package let stages: [[Double]]

  /// - Parameter stages: square, of at least two domains.
  package init(start: [Double], stages: [[Double]]) {
    precondition(stages.count > 1 && stages.allSatisfy { $0.count == stages.count })
    precondition(start.count == stages.count)
    self.start = start
    self.stages = stages
  }

  private var count: Int { stages.count }
  private var final: [Double] { stages[count - 1] }

  /// Mean over domains of a(N, j).
  package var averageAccuracy: Double { final.reduce(0, +) / Double(count) }

  /// Mean over domains j < N of the best a(i, j) with i < N, less a(N, j) (Chaudhry et al. 2018,
  /// arXiv 1801.10112). Below 0 where later domains helped.
  package var forgetting: Double {
    mean(over: 0..<(count - 1)) { domain in
      (stages.dropLast().map { $0[domain] }.max() ?? 0) - final[domain]
    }
  }

  /// Mean over domains j < N of a(N, j) − a(j, j) (Lopez-Paz and Ranzato 2017, arXiv 1706.08840).
  package var backwardTransfer: Double {
    mean(over: 0..<(count - 1)) { final[$0] - stages[$0][$0] }
  }

  /// Mean over domains j > 1 of a(j − 1, j), before domain j was trained on, less the accuracy of the
  /// random start (Lopez-Paz and Ranzato 2017).
  package var forwardTransfer: Double {
    mean(over: 1..<count) { stages[$0 - 1][$0] - start[$0] }
  }

  private func mean(over domains: Range<Int>, _ value: (Int) -> Double) -> Double {
    domains.map(value).reduce(0, +) / Double(domains.count)
  }
}
