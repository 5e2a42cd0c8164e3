/// What the numbers of a column stand for, as Hugging Face's datasets say it in a schema's metadata.
import TareCore

/// A `ClassLabel`: the column holds places in a list of names, -1 for none.
struct ClassNames {
  private let names: [String: [String]]

  /// - Parameter metadata: a schema's, of Parquet or Arrow.
  init(_ metadata: [(key: String, value: String)]) {
    let text = metadata.first { $0.key == "huggingface" }?.value ?? ""
    let features = (try? JSONValue(parsing: text))?["info"]?["features"]?.object
    names = (features?.members ?? []).reduce(into: [:]) { names, feature in
      guard feature.value["_type"] == "ClassLabel", let list = feature.value["names"]?.array
      else { return }
      let texts = list.compactMap(\.string)
      // Names of labels that say nothing leave their numbers as they are.
      let saysNothing =
        TableLayout.labelNames.contains(feature.key) && texts.contains { Label($0) == nil }
      if texts.count == list.count, !saysNothing { names[feature.key] = texts }
    }
  }

  /// Whether no column has any.
  var isEmpty: Bool { names.isEmpty }

  /// The columns that are read by names, as they are read.
  func columns(_ all: [(name: String, column: Column)]) -> [(name: String, column: Column)] {
    all.filter { names[$0.name] != nil }.map { ($0.name, named($0.name, $0.column)) }
  }

  /// The column by its names; as it stands where it has none, or holds other numbers.
  func named(_ name: String, _ column: Column) -> Column {
    guard let names = names[name] else { return column }
    var values: [JSONValue] = []
    values.reserveCapacity(column.count)
    for row in 0..<column.count {
      switch column[row] {
      case .null, .int(-1): values.append(.null)
      case .int(let place) where names.indices.contains(place):
        values.append(.string(names[place]))
      default: return column
      }
    }
    return Column(values)
  }
}
