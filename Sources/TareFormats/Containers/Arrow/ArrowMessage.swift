/// Messages: the parts that Arrow files and streams are made of, metadata and then a body of buffers.
internal import TareCore

struct ArrowMessage {
  enum Kind: UInt8 {
    case schema = 1
    case dictionary = 2
    case records = 3
  }

  let kind: Kind
  /// The table of the kind.
  let header: FlatTable
  let body: ArrowBytes
  /// Where the next message begins.
  let end: Int

  /// - Returns: nil at the end of a stream.
  init?(_ bytes: ArrowBytes, at position: Int) throws(TareError) {
    guard position < bytes.count else { return nil }
    var start = position + 4
    var size = try bytes.load(position, as: Int32.self)
    // Before version 0.15 there was no mark in front of the size.
    if size == -1 {
      size = try bytes.load(start, as: Int32.self)
      start += 4
    }
    if size == 0 { return nil }
    let metadata = try bytes.slice(start, Int(size))
    let message = try FlatTable(root: metadata)
    let version = try message.number(0, default: Int16(0))
    // V4 and V5.
    guard (3...4).contains(version) else {
      throw .badData(
        place: "", found: "Arrow metadata of version V\(Int(version) + 1)", accepted: "V4 or V5")
    }
    let number = try message.number(1, default: UInt8(0))
    guard let kind = Kind(rawValue: number), let header = try message.table(2) else {
      throw .badData(
        place: "", found: "an Arrow message of the kind \(number)",
        accepted: "a schema, dictionaries and record batches")
    }
    self.kind = kind
    self.header = header
    let length = try message.number(3, default: Int64(0))
    guard let length = Int(exactly: length) else { throw .arrow("a body of \(length) bytes") }
    body = try bytes.slice(start + Int(size), length)
    end = start + Int(size) + length
  }

  /// The table of a record batch, also of the one within a dictionary.
  func records() throws(TareError) -> FlatTable {
    guard kind == .dictionary else { return header }
    guard let records = try header.table(1) else { throw .arrow("a dictionary without values") }
    return records
  }
}
