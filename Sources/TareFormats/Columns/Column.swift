/// A column of a table as a column store keeps it: values of one type in one array.
package import TareCore

package struct Column: Sendable, Equatable {
  package var values: Values
  /// Which rows have no value, [row]; nil where every row has one. What `values` holds there is of
  /// no
  /// meaning.
  package var missing: [Bool]?

  package indirect enum Values: Sendable, Equatable {
    case bools([Bool])
    case integers([Int64])
    case numbers([Double])
    case texts(Texts)
    /// Texts of which many are the same: `codes` says which of the `texts` a row has, [row].
    case names(codes: [Int32], texts: Texts)
    /// Lists: row r holds the elements `starts[r]..<starts[r + 1]`.
    case lists(starts: [Int], elements: Column)
    /// Objects, a column a member; `count` rows.
    case objects([Member], count: Int)
    /// No row has a value.
    case nothing(count: Int)
  }

  package struct Member: Sendable, Equatable {
    package let name: String
    package let column: Column

    package init(name: String, column: Column) {
      self.name = name
      self.column = column
    }
  }

  package init(_ values: Values, missing: [Bool]? = nil) {
    self.values = values
    self.missing = missing
  }

  package var count: Int {
    switch values {
    case .bools(let values): values.count
    case .integers(let values): values.count
    case .numbers(let values): values.count
    case .texts(let texts): texts.count
    case .names(let codes, _): codes.count
    case .lists(let starts, _): starts.count - 1
    case .objects(_, let count), .nothing(let count): count
    }
  }
}

/// Texts one behind the other in one buffer.
package struct Texts: Sendable, Equatable {
  /// UTF-8, checked by whoever fills it.
  package private(set) var bytes: [UInt8] = []
  /// Where each text begins, and where the last ends, [row + 1].
  package private(set) var starts: [Int] = [0]

  package init() {}

  /// Texts that were read as one buffer.
  ///
  /// - Precondition: `starts` begins at 0 or later, never falls, and ends within `bytes`.
  package init(bytes: [UInt8], starts: [Int]) {
    precondition(starts.first.map { $0 >= 0 } ?? false, "a start for the first text")
    precondition(starts.last.map { $0 <= bytes.count } ?? false, "texts within their bytes")
    self.bytes = bytes
    self.starts = starts
  }

  package var count: Int { starts.count - 1 }

  package subscript(row: Int) -> String {
    String(decoding: bytes[starts[row]..<starts[row + 1]], as: UTF8.self)
  }

  /// Where a text stands in `bytes`.
  func range(of text: Int) -> Range<Int> { starts[text]..<starts[text + 1] }

  package mutating func append(_ text: some Sequence<UInt8>) {
    bytes.append(contentsOf: text)
    starts.append(bytes.count)
  }

  package mutating func reserve(texts: Int, bytes: Int) {
    starts.reserveCapacity(texts + 1)
    self.bytes.reserveCapacity(bytes)
  }
}

extension Column {
  /// The value of a row, null where it has none.
  package subscript(row: Int) -> JSONValue {
    if let missing, missing[row] { return .null }
    switch values {
    case .bools(let values): return .bool(values[row])
    case .integers(let values): return .int(Int(values[row]))
    case .numbers(let values): return .double(values[row])
    case .texts(let texts): return .string(texts[row])
    case .names(let codes, let texts): return .string(texts[Int(codes[row])])
    case .lists(let starts, let elements):
      return .array((starts[row]..<starts[row + 1]).map { elements[$0] })
    case .objects(let members, _):
      var object = JSONObject()
      for member in members { object[member.name] = member.column[row] }
      return .object(object)
    case .nothing: return .null
    }
  }
}
