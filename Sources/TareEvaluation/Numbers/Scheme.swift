/// Which numbers a benchmark reports, and how each is computed.

/// A number by name: of a subset, a section or in total.
package struct Quantity: Sendable {
  package let name: String
  /// What is averaged, in words; nil for a plain share.
  package let rule: String?
  package let formula: Formula

  package init(_ name: String, rule: String? = nil, _ formula: Formula) {
    self.name = name
    self.rule = rule
    self.formula = formula
  }

  /// The mean over the trials of the strata that `isMember` picks, each counted alike.
  package static func share(
    _ name: String, rule: String? = nil, of strata: [Stratum], column: Int = 0,
    where isMember: (Stratum) -> Bool = { _ in true }
  ) -> Quantity {
    Quantity(
      name, rule: rule,
      .mean(column: column, strata: strata.indices.filter { isMember(strata[$0]) }))
  }

  /// The mean of other numbers, by default each with the same weight.
  package static func mean(
    _ name: String, rule: String, of parts: [Quantity], weights: [Double]? = nil
  ) -> Quantity {
    Quantity(name, rule: rule, .average(of: parts.map(\.formula), weights: weights))
  }
}

package struct Scheme: Sendable {
  package var subsets: [Quantity]
  package var sections: [Quantity]
  /// The benchmark's own total.
  package var overall: Quantity
  /// Other totals, by name.
  package var averages: [Quantity]
  /// Parts that go into the other numbers, by name.
  package var details: [Quantity] = []
  /// Numbers by two names: rows and columns.
  package var grids: [Grid<Quantity>] = []
  /// What the reader must know about the numbers.
  package var notes: [String] = []

  package init(
    subsets: [Quantity], sections: [Quantity], overall: Quantity, averages: [Quantity],
    details: [Quantity] = [], grids: [Grid<Quantity>] = [], notes: [String] = []
  ) {
    self.subsets = subsets
    self.sections = sections
    self.overall = overall
    self.averages = averages
    self.details = details
    self.grids = grids
    self.notes = notes
  }

  /// Every number, in the order in which `Breakdown` takes their values.
  var all: [Quantity] {
    subsets + sections + [overall] + averages + details + grids.flatMap { $0.cells.flatMap(\.self) }
  }

  /// Formulas without weights where trials count alike.
  func simplified(_ strata: [Stratum]) -> Scheme {
    func simple(_ quantity: Quantity) -> Quantity {
      Quantity(quantity.name, rule: quantity.rule, quantity.formula.simplified(strata))
    }
    var scheme = self
    scheme.subsets = subsets.map(simple)
    scheme.sections = sections.map(simple)
    scheme.overall = simple(overall)
    scheme.averages = averages.map(simple)
    scheme.details = details.map(simple)
    return scheme
  }
}

/// Numbers by row and column.
package struct Grid<Cell: Sendable>: Sendable {
  package let title: String
  package let rows: [String]
  package let columns: [String]
  /// [row][column].
  package let cells: [[Cell]]

  package init(title: String, rows: [String], columns: [String], cells: [[Cell]]) {
    self.title = title
    self.rows = rows
    self.columns = columns
    self.cells = cells
  }
}
