/// Some of a column's rows, in any order.

extension Column {
  /// The rows at these positions, as a column of their own.
  package func selecting(_ rows: [Int]) -> Column {
    Column(values.selecting(rows), missing: missing.map { missing in rows.map { missing[$0] } })
  }
}

extension Column.Values {
  fileprivate func selecting(_ rows: [Int]) -> Column.Values {
    switch self {
    case .bools(let values): return .bools(rows.map { values[$0] })
    case .integers(let values): return .integers(rows.map { values[$0] })
    case .numbers(let values): return .numbers(rows.map { values[$0] })
    case .texts(let texts): return .texts(texts.selecting(rows))
    case .names(let codes, let texts): return .names(codes: rows.map { codes[$0] }, texts: texts)
    case .lists(let starts, let elements):
      var picked: [Int] = []
      var ends = [0]
      ends.reserveCapacity(rows.count + 1)
      for row in rows {
        picked.append(contentsOf: starts[row]..<starts[row + 1])
        ends.append(picked.count)
      }
      return .lists(starts: ends, elements: elements.selecting(picked))
    case .objects(let members, _):
      let members = members.map {
        Column.Member(name: $0.name, column: $0.column.selecting(rows))
      }
      return .objects(members, count: rows.count)
    case .nothing: return .nothing(count: rows.count)
    }
  }
}

extension Texts {
  fileprivate func selecting(_ rows: [Int]) -> Texts {
    var bytes: [UInt8] = []
    var ends = [0]
    bytes.reserveCapacity(rows.reduce(0) { $0 + starts[$1 + 1] - starts[$1] })
    ends.reserveCapacity(rows.count + 1)
    for row in rows {
      bytes.append(contentsOf: self.bytes[starts[row]..<starts[row + 1]])
      ends.append(bytes.count)
    }
    return Texts(bytes: bytes, starts: ends)
  }
}
