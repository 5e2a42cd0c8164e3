/// Levels and values of each leaf out of a column.
internal import TareCore

/// What is written of one leaf: entries, and the places of the values that are there.
struct LeafEntries: Sendable {
  let leaf: ParquetLeaf
  /// The leaf's column, as its values are stored.
  let column: Column
  let count: Int
  /// Empty where all are there.
  let definitions: [UInt8]
  /// Empty where nothing repeats.
  let repetitions: [UInt8]
  /// Places in the column.
  let slots: Slots

  enum Slots: Sendable {
    case range(Range<Int>)
    case some([Int])

    var count: Int {
      switch self {
      case .range(let range): range.count
      case .some(let slots): slots.count
      }
    }

    subscript(index: Int) -> Int {
      switch self {
      case .range(let range): range.lowerBound + index
      case .some(let slots): slots[index]
      }
    }
  }
}

extension ParquetField {
  /// The field's leaves for some rows of its column.
  func entries(_ column: Column, _ rows: Range<Int>) throws(TareError) -> [LeafEntries] {
    if case .leaf(let leaf) = kind, column.missing == nil, !column.isNothing {
      return [
        LeafEntries(
          leaf: leaf, column: column, count: rows.count, definitions: [], repetitions: [],
          slots: .range(rows))
      ]
    }
    var found: [LeafEntries] = []
    try shred(
      column,
      Entries(
        definitions: [UInt8](repeating: 0, count: rows.count),
        repetitions: [UInt8](repeating: 0, count: rows.count), slots: Array(rows)), &found)
    return found
  }

  private struct Entries {
    var definitions: [UInt8]
    var repetitions: [UInt8]
    /// Places in the column; -1 where something around the value is missing.
    var slots: [Int]
  }

  private func shred(
    _ column: Column, _ entries: Entries, _ found: inout [LeafEntries]
  ) throws(TareError) {
    var entries = entries
    // What is there from here on, and what is missing here.
    for (index, slot) in entries.slots.enumerated() where slot >= 0 {
      if column.isNothing || column.missing?[slot] == true {
        guard isOptional else {
          throw .badData(
            place: "column '\(name)'", found: "a missing value", accepted: "a value in each row")
        }
        entries.slots[index] = -1
      } else {
        entries.definitions[index] = present
      }
    }
    switch kind {
    case .leaf(let leaf):
      found.append(
        LeafEntries(
          leaf: leaf, column: column, count: entries.slots.count,
          definitions: leaf.definition > 0 ? entries.definitions : [],
          repetitions: leaf.repetition > 0 ? entries.repetitions : [],
          slots: .some(entries.slots.filter { $0 >= 0 })))
    case .object(let fields):
      var members: [Column.Member] = []
      if case .objects(let held, _) = column.values {
        members = held
      } else if !column.isNothing {
        throw mismatch("objects")
      }
      for field in fields {
        let member = members.first { $0.name == field.name }?.column
        // A member that these rows do not have is missing from all of them.
        try field.shred(member ?? Column(.nothing(count: column.count)), entries, &found)
      }
    case .list(let element, let defined, let repeated):
      guard case .lists(let starts, let elements) = column.values else {
        guard column.isNothing else { throw mismatch("lists") }
        try element.shred(Column(.nothing(count: 0)), entries, &found)
        return
      }
      var inner = Entries(definitions: [], repetitions: [], slots: [])
      for (index, slot) in entries.slots.enumerated() {
        let places = slot < 0 ? 0..<0 : starts[slot]..<starts[slot + 1]
        if places.isEmpty {
          inner.definitions.append(entries.definitions[index])
          inner.repetitions.append(entries.repetitions[index])
          inner.slots.append(-1)
        }
        for place in places {
          inner.definitions.append(defined)
          inner.repetitions.append(
            place == places.lowerBound ? entries.repetitions[index] : repeated)
          inner.slots.append(place)
        }
      }
      try element.shred(elements, inner, &found)
    }
  }

  private func mismatch(_ accepted: String) -> TareError {
    .badData(
      place: "column '\(name)'", found: "values of a different type than in the rows before",
      accepted: accepted)
  }
}

extension Column {
  var isNothing: Bool { if case .nothing = values { true } else { false } }
}
