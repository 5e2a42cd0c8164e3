/// Readers of texts and bytes, in the three ways in which they are laid out.
internal import TareCore

/// Behind offsets of 32 or 64 bits.
final class ArrowTextsReader: ArrowColumnReader {
  private let isLarge: Bool
  private var texts: ArrowTexts

  init(isLarge: Bool, isText: Bool) {
    self.isLarge = isLarge
    texts = ArrowTexts(isText: isText)
  }

  var count: Int { texts.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    try texts.missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let offsets = try batch.nextBuffer()
    let data = try batch.nextBuffer()
    // A column without rows may have no offsets at all.
    guard rows > 0 else { return rows }
    try batch.budget.take(rows, 8)
    if isLarge {
      try texts.append(data, offsets: try offsets.values(rows + 1, of: Int64.self), batch)
    } else {
      try texts.append(data, offsets: try offsets.values(rows + 1, of: Int32.self), batch)
    }
    batch.release()
    return rows
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column { try texts.column(budget) }
}

/// Views: 16 bytes a value, of which short texts are a part and long ones stand in other buffers.
final class ArrowViewsReader: ArrowColumnReader {
  private var texts: ArrowTexts

  init(isText: Bool) { texts = ArrowTexts(isText: isText) }

  var count: Int { texts.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    let buffers = try batch.nextVariadicCount()
    try texts.missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let views = try batch.nextBuffer()
    var data: [ArrowBytes] = []
    for _ in 0..<buffers { data.append(try batch.nextBuffer()) }
    guard rows <= views.count / 16 else {
      throw .arrow("a buffer of \(views.count) bytes for \(rows) views")
    }
    try batch.budget.take(rows, 8)
    texts.reserve(batch, texts: rows, bytes: data.reduce(16 * rows) { $0 + $1.count })
    try texts.append(rows: rows, batch) { (row) throws(TareError) in
      let length = Int(try views.load(16 * row, as: Int32.self))
      if length <= 12 { return try views.slice(16 * row + 4, length) }
      let buffer = Int(try views.load(16 * row + 8, as: Int32.self))
      guard data.indices.contains(buffer) else { throw .arrow("a view into buffer \(buffer)") }
      return try data[buffer].slice(Int(try views.load(16 * row + 12, as: Int32.self)), length)
    }
    batch.release()
    return rows
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column { try texts.column(budget) }
}

/// Values of one size.
final class ArrowFixedReader: ArrowColumnReader {
  private let size: Int
  /// Whether they are UUIDs, which have a text of their own.
  private let isUUID: Bool
  private var texts: ArrowTexts

  init(size: Int, isUUID: Bool) {
    self.size = size
    self.isUUID = isUUID
    texts = ArrowTexts(isText: isUUID)
  }

  var count: Int { texts.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    try texts.missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let data = try batch.nextBuffer()
    guard size == 0 || rows <= data.count / size else {
      throw .arrow("a buffer of \(data.count) bytes for \(rows) values of \(size) bytes")
    }
    try batch.budget.take(rows, 8)
    if isUUID {
      try batch.budget.take(rows, 36)
      for row in 0..<rows { texts.append(uuid(try data.slice(16 * row, 16))) }
    } else {
      let size = size
      texts.reserve(batch, texts: rows, bytes: data.count)
      try texts.append(rows: rows, batch) { (row) throws(TareError) in
        try data.slice(size * row, size)
      }
    }
    batch.release()
    return rows
  }

  private func uuid(_ bytes: ArrowBytes) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for (index, byte) in bytes.buffer.enumerated() {
      if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
      text += [hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
    }
    return text
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column { try texts.column(budget) }
}
