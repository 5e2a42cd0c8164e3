/// Reads dates, times and durations as ISO 8601 texts.
internal import TareCore

final class ArrowTimesReader: ArrowColumnReader {
  enum Kind {
    case days
    case dateMilliseconds
    case clock(perSecond: Int64, isWide: Bool)
    case moment(perSecond: Int64, isUTC: Bool)
    case duration(perSecond: Int64)
  }

  private let kind: Kind
  private var texts = ArrowTexts(isText: true)

  init(_ kind: Kind) { self.kind = kind }

  var count: Int { texts.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    let first = count
    try texts.missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let data = try batch.nextBuffer()
    let size =
      switch kind {
      case .days, .clock(_, isWide: false): 4
      case .dateMilliseconds, .clock, .moment, .duration: 8
      }
    guard rows <= data.count / size else {
      throw .arrow("a buffer of \(data.count) bytes for \(rows) times of \(size) bytes")
    }
    // No text is longer.
    try batch.budget.take(rows, 8 + 40)
    texts.reserve(batch, texts: rows, bytes: 26 * rows)
    var text = ISOText()
    for row in 0..<rows {
      text.clear()
      if !texts.missing.isMissing(first + row) {
        let value =
          size == 4
          ? Int64(try data.load(4 * row, as: Int32.self)) : try data.load(8 * row, as: Int64.self)
        guard write(value, &text) else {
          throw .badData(
            place: "row \(first + row + 1)", found: "\(value) as a time of day",
            accepted: "a time within the day")
        }
      }
      texts.append(text.bytes)
    }
    batch.release()
    return rows
  }

  /// - Returns: whether there is such a time.
  private func write(_ value: Int64, _ text: inout ISOText) -> Bool {
    switch kind {
    case .days: text.date(days: value)
    case .dateMilliseconds: text.date(days: ISOText.divide(value, 86_400_000).quotient)
    case .clock(let perSecond, _):
      // 24:00:00 is a time too.
      guard (0...86_400 * perSecond).contains(value) else { return false }
      let (seconds, fraction) = ISOText.divide(value, perSecond)
      text.clock(seconds, fraction: fraction, perSecond: perSecond)
    case .moment(let perSecond, let isUTC):
      text.moment(value, perSecond: perSecond, isUTC: isUTC)
    case .duration(let perSecond): text.duration(value, perSecond: perSecond)
    }
    return true
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column { try texts.column(budget) }
}
