/// Which columns of a CSV file are read, and as what. No other cell is looked at.
import TareCore

package struct CSVColumns: Sendable, Equatable {
  /// Finite numbers: scores and covariates.
  package var numbers: [String]
  /// Names such as ids, given as their number in the order in which they first appear.
  package var names: [Name]
  /// What says whether a response is the better one. A column of roles comes first: labels of rows
  /// whose role says so already are not looked at.
  package var labels: [Label]

  package struct Name: Sendable, Equatable {
    package let column: String
    /// Whether a row without one is bad.
    package let isNeeded: Bool

    package init(_ column: String, isNeeded: Bool = false) {
      self.column = column
      self.isNeeded = isNeeded
    }
  }

  package struct Label: Sendable, Equatable {
    package let column: String
    package let kind: Kind

    package enum Kind: Sendable {
      /// A label, see `Label`; anything else is bad.
      case needed
      /// The same, but whether the column counts is known only when all rows are: what is wrong with
      /// it is kept in `CSVColumnReader.labelColumns`.
      case possible
      /// A role's name: 1 for chosen, 0 for rejected, nothing for another.
      case role
    }

    package init(_ column: String, _ kind: Kind) {
      self.column = column
      self.kind = kind
    }
  }

  package init(numbers: [String] = [], names: [Name] = [], labels: [Label] = []) {
    self.numbers = numbers
    self.names = names
    self.labels = labels
  }
}

/// The columns by their place in a file.
struct CSVColumnIndices {
  let numbers, names, labels: [Int]

  /// - Throws: `TareError.badData` for a column that is not there.
  init(_ wanted: CSVColumns, in columns: [String]) throws(TareError) {
    func index(_ name: String) throws(TareError) -> Int {
      guard let index = columns.firstIndex(of: name) else {
        throw .badData(
          place: "", found: "no column '\(name)'",
          accepted: "one of \(columns.map { "'\($0)'" }.joined(separator: ", "))")
      }
      return index
    }
    numbers = try wanted.numbers.map(index)
    names = try wanted.names.map { (name) throws(TareError) in try index(name.column) }
    labels = try wanted.labels.map { (label) throws(TareError) in try index(label.column) }
  }
}
