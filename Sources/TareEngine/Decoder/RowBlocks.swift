/// How the rows of a batch are cut for matrix products, so that a row's result never depends on it.
///
/// OpenBLAS sums every element of a product over k in one order, whatever the number of rows, save
/// in its kernels for small products (rows · outputs · inputs ≤ 10⁶ on AVX-512 machines). So every
/// call has enough rows to stay above that bound; where the matrices are so small that this would
/// take over 256 rows, every call has exactly 256. The last block is filled up with spare rows.
struct RowBlocks {
  /// A block never has more rows: its activations stay in the second-level cache's reach.
  static let largest = 256
  private static let smallProduct = 1_000_000

  /// Fewest rows in a call.
  let minimum: Int

  init(_ layers: [LayerWeights]) {
    let smallest = layers.flatMap(\.matrices).map { $0.rows * $0.columns }.min() ?? 1
    minimum = min(max(Self.smallProduct / smallest + 1, 16), Self.largest)
  }

  /// Rows to allocate for `count` rows, spare rows included.
  func capacity(_ count: Int) -> Int { count + Self.largest }

  /// Cuts 0..<count into blocks for `workers` threads.
  func blocks(_ count: Int, workers: Int) -> [Range<Int>] {
    // Two blocks for each worker, in steps of 16 rows, as far as the bounds allow.
    let wanted = ((count + 2 * workers - 1) / (2 * workers) + 15) / 16 * 16
    let size = minimum == Self.largest ? Self.largest : min(max(wanted, minimum), Self.largest)
    return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }

  /// Rows that a product over the block must have; those past the block are spare.
  func rows(_ block: Range<Int>) -> Int { max(block.count, minimum) }
}
