/// What people said of two responses to one prompt: who, when, and which is better.
import Foundation
import GRDB
package import TareCore

/// A person's label of a pair. Pairs are known by their texts, so that a label holds for every run and file
/// that has them.
package struct PairLabel: Sendable, Hashable {
  /// Two responses to a prompt by their digests; `first` is the smaller one.
  package struct Pair: Sendable, Hashable {
    package let prompt: Digest
    package let first: Digest
    package let second: Digest

    /// - Parameter responses: in any order; they differ.
    package init(prompt: Digest, _ one: Digest, _ other: Digest) {
      self.prompt = prompt
      (first, second) = one < other ? (one, other) : (other, one)
    }
  }

  package enum Verdict: String, Sendable, CaseIterable { case first, second, tie, skip }

  package var pair: Pair
  package var labeller: String
  package var verdict: Verdict
  /// Whether the first response was shown on the left.
  package var isFirstLeft: Bool
  /// ISO 8601.
  package var date: String

  package init(
    pair: Pair, labeller: String, verdict: Verdict, isFirstLeft: Bool, date: String
  ) {
    (self.pair, self.labeller, self.verdict) = (pair, labeller, verdict)
    (self.isFirstLeft, self.date) = (isFirstLeft, date)
  }
}

extension Store {
  /// All labels of these pairs in the order in which they were given.
  package func pairLabels(_ pairs: Set<PairLabel.Pair>) throws(TareError) -> [PairLabel] {
    try read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT prompt, first, second, CAST(labeller AS BLOB), verdict, firstIsLeft, labelledAt
          FROM pairLabel ORDER BY id
          """)
      var labels: [PairLabel] = []
      while let row = try rows.next() {
        let pair = PairLabel.Pair(
          prompt: try Digest(row, at: 0), try Digest(row, at: 1), try Digest(row, at: 2))
        guard pairs.contains(pair) else { continue }
        labels.append(try PairLabel(row, of: pair))
      }
      return labels
    }
  }

  /// Keeps labels, all or none. A person's second label of a pair takes the place of the first.
  package func insert(_ labels: [PairLabel]) throws(TareError) {
    try write { db in
      let insert = try db.cachedStatement(
        sql: """
          INSERT INTO pairLabel
            (prompt, first, second, labeller, verdict, firstIsLeft, labelledAt)
          VALUES (?, ?, ?, CAST(? AS TEXT), ?, ?, ?)
          ON CONFLICT (prompt, first, second, labeller) DO UPDATE SET
            verdict = excluded.verdict, firstIsLeft = excluded.firstIsLeft,
            labelledAt = excluded.labelledAt
          """)
      for label in labels {
        try insert.execute(arguments: [
          label.pair.prompt.data, label.pair.first.data, label.pair.second.data,
          label.labeller.data, label.verdict.rawValue, label.isFirstLeft, label.date,
        ])
      }
    }
  }

  /// Takes a person's label of a pair back.
  package func deleteLabel(
    of pair: PairLabel.Pair, by labeller: String
  ) throws(TareError) {
    try write { db in
      try db.execute(
        sql: """
          DELETE FROM pairLabel
          WHERE prompt = ? AND first = ? AND second = ? AND labeller = CAST(? AS TEXT)
          """,
        arguments: [pair.prompt.data, pair.first.data, pair.second.data, labeller.data])
    }
  }
}

extension PairLabel {
  fileprivate init(_ row: Row, of pair: Pair) throws {
    let verdict = try row.decode(String.self, atIndex: 4)
    guard let known = Verdict(rawValue: verdict) else {
      throw damage("label '\(verdict)'", "first, second, tie or skip")
    }
    self.init(
      pair: pair, labeller: String(decoding: try row.decode(Data.self, atIndex: 3), as: UTF8.self),
      verdict: known, isFirstLeft: try row.decode(atIndex: 5), date: try row.decode(atIndex: 6))
  }
}
