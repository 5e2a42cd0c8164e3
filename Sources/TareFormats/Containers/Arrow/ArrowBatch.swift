/// The buffers of one record batch, handed out in the order in which its columns need them.
internal import TareCore

final class ArrowBatch {
  let rows: Int
  let budget: ArrowBudget
  private let body: ArrowBytes
  private let inflater: ArrowInflater
  private let codec: ArrowCodec?
  /// Two numbers each: of a node its length and its nulls, of a buffer its offset and its length.
  private let nodes: ArrowBytes
  private let buffers: ArrowBytes
  private let variadicCounts: ArrowBytes
  private var node = 0
  private var buffer = 0
  private var variadic = 0
  /// How many times the batch's values the whole file is thought to have.
  private let share: Double

  /// - Parameters:
  ///   - table: `RecordBatch` of the metadata.
  ///   - share: rows of all batches by those of this one, where that is known.
  init(
    _ table: FlatTable, body: ArrowBytes, _ inflater: ArrowInflater, _ budget: ArrowBudget,
    share: Double
  ) throws(TareError) {
    let rows = try table.number(0, default: Int64(0))
    guard rows >= 0, let rows = Int(exactly: rows) else { throw .arrow("\(rows) rows") }
    self.rows = rows
    self.body = body
    self.inflater = inflater
    self.budget = budget
    self.share = share
    nodes = try table.elements(1, size: 16)
    buffers = try table.elements(2, size: 16)
    variadicCounts = try table.elements(4, size: 8)
    guard let compression = try table.table(3) else {
      codec = nil
      return
    }
    let number = try compression.number(0, default: Int8(0))
    guard let found = ArrowCodec(rawValue: number) else {
      throw .badData(
        place: "", found: "the compression \(number)", accepted: "LZ4_FRAME, ZSTD or none")
    }
    guard try compression.number(1, default: Int8(0)) == 0 else {
      throw .arrow("bodies compressed as a whole")
    }
    codec = found
  }

  /// - Parameter rows: as many as the column must have; nil for any.
  func nextNode(_ rows: Int? = nil) throws(TareError) -> (rows: Int, nulls: Int) {
    guard node < nodes.count / 16 else { throw .arrow("fewer columns than the schema has") }
    let length = try nodes.load(16 * node, as: Int64.self)
    let nulls = try nodes.load(16 * node + 8, as: Int64.self)
    node += 1
    guard length >= 0, let found = Int(exactly: length), let nulls = Int(exactly: nulls) else {
      throw .arrow("\(length) values")
    }
    // As much as the budget can ever give, so that sums of it are numbers.
    guard found <= budget.maximumBytes else { throw .arrow("\(length) values") }
    guard rows.map({ $0 == found }) ?? true else {
      throw .arrow("\(found) values for \(rows ?? 0) rows")
    }
    return (found, nulls)
  }

  func nextBuffer() throws(TareError) -> ArrowBytes {
    guard buffer < buffers.count / 16 else { throw .arrow("fewer buffers than its columns need") }
    let offset = try buffers.load(16 * buffer, as: Int64.self)
    let length = try buffers.load(16 * buffer + 8, as: Int64.self)
    buffer += 1
    // Some writers leave the offset of an empty buffer as it comes.
    if length == 0 { return .empty }
    guard let offset = Int(exactly: offset), let length = Int(exactly: length) else {
      throw .arrow("a buffer at \(offset)")
    }
    let bytes = try body.slice(offset, length)
    return if let codec { try inflater.inflated(bytes, codec) } else { bytes }
  }

  /// How many buffers of bytes the next column of views has.
  func nextVariadicCount() throws(TareError) -> Int {
    guard variadic < variadicCounts.count / 8 else { throw .arrow("views without buffers") }
    let count = try variadicCounts.load(8 * variadic, as: Int64.self)
    variadic += 1
    guard count >= 0, count <= buffers.count / 16 - buffer else {
      throw .arrow("views with \(count) buffers")
    }
    return Int(count)
  }

  var compression: ArrowWriter.Compression {
    switch codec {
    case nil: .none
    case .lz4: .lz4
    case .zstd: .zstd
    }
  }

  /// Leaves buffers out; that there are so many is found out by who comes next.
  func skipBuffers(_ count: Int) { buffer += count }

  /// Begins with the first column again.
  func rewind() { (node, buffer, variadic) = (0, 0, 0) }

  /// The buffers handed out so far are no longer used.
  func release() { inflater.release() }

  /// How many values to make room for at once, where this batch has `count`.
  func expected(_ count: Int, size: Int) -> Int {
    let most = Double(max(0, budget.left) / size)
    return Int(min(Double(count) * share * 1.01, most, 1e15).rounded(.up))
  }
}
