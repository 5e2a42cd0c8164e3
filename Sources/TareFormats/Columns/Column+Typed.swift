/// A column as numbers or as names, without a value of its own for each cell.
package import TareCore

extension Column {
  /// What `TableRows.numbers` gives; nil for lists, objects, truth values and texts.
  package func numbers(in rows: [Int]) -> [Double]? {
    func taken(_ number: (Int) -> Double) -> [Double] {
      guard let missing else { return rows.map(number) }
      return rows.map { missing[$0] ? .nan : number($0) }
    }
    switch values {
    case .integers(let values): return taken { Double(values[$0]) }
    case .numbers(let values): return taken { values[$0] }
    case .nothing: return rows.map { _ in .nan }
    case .bools, .texts, .names, .lists, .objects: return nil
    }
  }

  /// What `TableRows.names` gives; nil for lists, objects, truth values and numbers that are not whole
  /// by type.
  package func names(in rows: [Int]) -> NameColumn? {
    func isMissing(_ row: Int) -> Bool { missing?[row] ?? false }
    var interned = InternedNames()
    func number(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int32 {
      start < end ? interned.number(in: bytes, start, end) : -1
    }
    switch values {
    case .integers(let values):
      // Few of many rows are different as a rule.
      var known: [Int64: Int32] = [:]
      let codes = rows.map { row -> Int32 in
        if isMissing(row) { return -1 }
        if let code = known[values[row]] { return code }
        let text = Array(String(values[row]).utf8)
        let code = number(text.span, 0, text.count)
        known[values[row]] = code
        return code
      }
      return interned.column(codes)
    case .texts(let texts):
      let bytes = texts.bytes.span
      let codes = rows.map { row in
        isMissing(row) ? -1 : number(bytes, texts.starts[row], texts.starts[row + 1])
      }
      return interned.column(codes)
    case .names(let codes, let texts):
      let bytes = texts.bytes.span
      let numbers = (0..<texts.count).map { number(bytes, texts.starts[$0], texts.starts[$0 + 1]) }
      return interned.column(rows.map { isMissing($0) ? -1 : numbers[Int(codes[$0])] })
    case .nothing: return NameColumn(names: [], codes: rows.map { _ in -1 })
    case .bools, .numbers, .lists, .objects: return nil
    }
  }
}
