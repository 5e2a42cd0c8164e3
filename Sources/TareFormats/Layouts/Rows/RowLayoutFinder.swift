/// Finds the layout of row after row, most of which have the same columns.
import TareCore

struct RowLayoutFinder {
  private let mapping: ColumnMapping
  private var keys: [String] = []
  /// The layouts whose columns are all there, whatever they hold.
  private var possible: [any RowLayout.Type] = []
  /// What the last row of no layout came nearest to.
  private var nearest: (shape: NearestLayout.Shape, layout: NearestLayout)?

  init(_ mapping: ColumnMapping = .init()) { self.mapping = mapping }

  /// - Throws: `TareError.badData` that says which layout is nearest and what it lacks.
  mutating func layout(of row: SourceRow) throws(TareError) -> any RowLayout.Type {
    if !row.columns.hasKeys(keys) {
      keys = row.columns.keys
      possible = RowLayouts.possible(for: keys)
    }
    if let layout = possible.first(where: { $0.recognises(row) }) { return layout }
    let shape = NearestLayout.Shape(of: row)
    let near = nearest?.shape == shape ? nearest?.layout : nil
    let layout = near ?? NearestLayout(to: row)
    nearest = (shape, layout)
    throw layout.error(row, mapping)
  }
}

extension RowLayouts {
  /// The layouts whose needed columns are among these, whatever they hold.
  static func possible(for columns: [String]) -> [any RowLayout.Type] {
    let all = Set(columns)
    return registry.entries.filter { layout in
      layout.columns.allSatisfy { !$0.isNeeded || $0.names.contains(where: all.contains) }
    }
  }
}
