/// How sure the numbers of a diagnosis are.
internal import TareCore
internal import TareNumerics

/// 95% intervals from a bootstrap over prompts; nil where the data is too little.
package struct DiagnosisIntervals: Sendable, Hashable {
  package struct Pair: Sendable, Hashable {
    package var slope: ClosedRange<Double>?
    package var rankCorrelation: ClosedRange<Double>?
  }

  package private(set) var pooled = Pair()
  package private(set) var withinPrompt = Pair()
  /// Of the share of pairs in which more of the covariate scores higher.
  package private(set) var scorePairs: ClosedRange<Double>?
  /// Of the share in which more is better.
  package private(set) var labelPairs: ClosedRange<Double>?
  package let resamples: Int

  /// - Parameter covariate: its place in the table.
  init(of whole: CalibrationTable, _ covariate: Int, _ diagnosis: Diagnosis) {
    let sample = Resampling.sample(whole.prompts, count: whole.count)
    let table = sample.map { whole.taking($0.rows) } ?? whole
    let share = sample?.share ?? 1
    resamples = Resampling.resamples(rows: table.count)
    let column = table.columns[covariate]
    let pooled = WeightedAssociation(table.scores, column)
    let groups = (table.prompts?.rows ?? []).filter { $0.count > 1 }
    var centredScores = [Double](repeating: 0, count: table.count)
    var centredColumn = centredScores
    var takesPart = centredScores
    let units = (scores: table.scores.decimalUnit, column: column.decimalUnit)
    for rows in groups {
      let scores = rows.map { table.scores[$0] }.centred(inUnit: units.scores)
      let values = rows.map { column[$0] }.centred(inUnit: units.column)
      for (place, row) in rows.enumerated() {
        centredScores[row] = scores[place]
        centredColumn[row] = values[place]
        takesPart[row] = 1
      }
    }
    let within = groups.isEmpty ? nil : WeightedAssociation(centredScores, centredColumn)
    let scoreOrder = table.prompts.map { PairOrder.each(within: $0, column, table.scores) }
    let labelOrder = table.prompts.flatMap { prompts in
      table.labels.map { PairOrder.each(within: prompts, column, $0) }
    }
    var found = Sample()
    var resampling = Resampling(table.prompts, count: table.count)
    for _ in 0..<resamples {
      let drawn = resampling.next()
      found.add(pooled.values(drawn.rows), to: \.pooled)
      if let within {
        found.add(within.values(zip(drawn.rows, takesPart).map { $0 * $1 }), to: \.within)
      }
      if let scoreOrder { found.scorePairs.append(Self.share(scoreOrder, drawn.prompts)) }
      if let labelOrder { found.labelPairs.append(Self.share(labelOrder, drawn.prompts)) }
    }
    self.pooled = found.pooled.intervals(around: diagnosis.pooled, share)
    withinPrompt = found.within.intervals(around: diagnosis.withinPrompt, share)
    scorePairs = diagnosis.scorePairs.concordantShare.flatMap {
      Resampling.interval(found.scorePairs, around: $0, share: share)
    }
    labelPairs = diagnosis.labelPairs?.concordantShare.flatMap {
      Resampling.interval(found.labelPairs, around: $0, share: share)
    }
  }

  private static func share(_ orders: [PairOrder], _ times: [Double]) -> Double? {
    var concordant = 0.0
    var all = 0.0
    for (order, times) in zip(orders, times) {
      concordant += times * Double(order.concordant)
      all += times * Double(order.count)
    }
    return all > 0 ? concordant / all : nil
  }

  private struct Sample {
    struct Columns {
      var slope: [Double?] = []
      var rankCorrelation: [Double?] = []

      func intervals(around association: Association?, _ share: Double) -> Pair {
        guard let association else { return Pair() }
        return Pair(
          slope: Resampling.interval(slope, around: association.slope, share: share),
          rankCorrelation: Resampling.interval(
            rankCorrelation, around: association.rankCorrelation, share: share))
      }
    }

    var pooled = Columns()
    var within = Columns()
    var scorePairs: [Double?] = []
    var labelPairs: [Double?] = []

    mutating func add(
      _ values: (slope: Double, rankCorrelation: Double)?,
      to columns: WritableKeyPath<Self, Columns>
    ) {
      self[keyPath: columns].slope.append(values?.slope)
      self[keyPath: columns].rankCorrelation.append(values?.rankCorrelation)
    }
  }
}
