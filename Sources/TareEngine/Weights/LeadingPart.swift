/// The part of a matrix that its largest singular values make up, by block Krylov iteration in double.
internal import COpenBLAS
internal import Foundation
package import TareCore

/// Σ σᵢ uᵢ vᵢᵀ over the largest singular values, as leftᵀ · right.
///
/// A block of random vectors is multiplied by WᵀW again and again, and each product keeps what is new in
/// it; on the space of all of them the largest eigenvalues of WᵀW are found by Rayleigh and Ritz
/// (Golub and Van Loan, 10.3). The iteration ends where the vectors that are wanted leave the space by
/// less than rounding, or where the space is everything that the matrix reaches.
package struct LeadingPart {
  /// σᵢ uᵢ, [count, rows]
  package let left: [Double]
  /// vᵢ, [count, columns]
  package let right: [Double]
  package let count: Int

  /// - Throws: `TareError.badData` where the last value that is taken is as large as the first that is
  ///   not: then no part is the one.
  package init(_ matrix: [Double], rows: Int, columns: Int, rank: Int) throws(TareError) {
    let wanted = min(rank, rows, columns)
    var iteration = KrylovIteration(matrix, rows: rows, columns: columns, block: wanted + 8)
    var ritz = iteration.step()
    while !iteration.isDone(ritz, wanted: wanted) { ritz = iteration.step() }
    let largest = max(ritz.values.first ?? 0, 0).squareRoot()
    if rank < min(rows, columns) {
      let last = ritz.value(wanted - 1).squareRoot()
      let next = ritz.value(wanted).squareRoot()
      guard last - next > 1e-6 * largest || last <= 1e-12 * largest else {
        throw .badData(
          place: "", found: "singular values \(rank) and \(rank + 1) that are equal, \(last)",
          accepted: "different values, so that PiSSA's leading \(rank) are unambiguous")
      }
    }
    count = min(wanted, ritz.values.count)
    left = iteration.combined(iteration.images, of: rows, ritz, count)
    right = iteration.combined(iteration.frame.values, of: columns, ritz, count)
  }
}

/// The space so far.
private struct KrylovIteration {
  private let matrix: [Double]
  private let rows: Int
  private let columns: Int
  private(set) var frame: OrthonormalRows
  /// W times each vector of the frame, [frame.count, rows].
  private(set) var images: [Double] = []
  /// What the last block's products have outside of the frame, [block, columns].
  private var outside: [[Double]] = []
  private var block: [[Double]]

  /// Eigenvalues of WᵀW on the space, largest first, and their vectors by the frame's, [count][count].
  struct Ritz {
    var values: [Double] = []
    var vectors: [[Double]] = []
    func value(_ index: Int) -> Double { index < values.count ? max(values[index], 0) : 0 }
  }

  init(_ matrix: [Double], rows: Int, columns: Int, block size: Int) {
    self.matrix = matrix
    self.rows = rows
    self.columns = columns
    frame = OrthonormalRows(width: columns)
    block = []
    var generator = Xoshiro256(seed: 1)
    for _ in 0..<min(size, columns) {
      block.append((0..<columns).map { _ in Double.random(in: -1...1, using: &generator) })
    }
  }

  /// Takes the block into the space and multiplies it.
  mutating func step() -> Ritz {
    let before = frame.count
    for vector in block {
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      _ = frame.append(vector, least: 1e-10 * length)
    }
    let added = frame.count - before
    guard added > 0 else {
      block = []
      outside = []
      return ritz()
    }
    let new = Array(frame.values[(before * columns)...])
    var image = [Double](repeating: 0, count: added * rows)
    OpenBLAS.functions.dgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(added), Int32(rows), Int32(columns), 1, new,
      Int32(columns), matrix, Int32(columns), 0, &image, Int32(rows))
    images += image
    var next = [Double](repeating: 0, count: added * columns)
    OpenBLAS.functions.dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(added), Int32(columns), Int32(rows), 1,
      image,
      Int32(rows), matrix, Int32(columns), 0, &next, Int32(columns))
    block = (0..<added).map { Array(next[($0 * columns)..<(($0 + 1) * columns)]) }
    outside = block.map { frame.remainder($0) }
    return ritz()
  }

  /// Whether the vectors of the largest values stay in the space when they are multiplied.
  func isDone(_ ritz: Ritz, wanted: Int) -> Bool {
    guard !block.isEmpty, frame.count < columns else { return true }
    let gap = ritz.value(wanted - 1) - ritz.value(wanted)
    let limit = max(1e-8 * gap, 1e-13 * ritz.value(0))
    let start = frame.count - outside.count
    return (0..<min(wanted, ritz.values.count)).allSatisfy { index in
      var residual = [Double](repeating: 0, count: columns)
      for (place, vector) in outside.enumerated() {
        let factor = ritz.vectors[index][start + place]
        for column in 0..<columns { residual[column] += factor * vector[column] }
      }
      return residual.reduce(0) { $0 + $1 * $1 }.squareRoot() <= limit
    }
  }

  private func ritz() -> Ritz {
    let count = frame.count
    guard count > 0 else { return Ritz() }
    var gram = [Double](repeating: 0, count: count * count)
    OpenBLAS.functions.dgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(count), Int32(rows), 1, images,
      Int32(rows), images, Int32(rows), 0, &gram, Int32(count))
    var values = [Double](repeating: 0, count: count)
    var size = Int32(count)
    var workSize = Int32(max(1, 66 * count))
    var work = [Double](repeating: 0, count: Int(workSize))
    var info = Int32(0)
    OpenBLAS.functions.dsyev("V", "L", &size, &gram, &size, &values, &work, &workSize, &info)
    // Values ascend; vector i is column i by columns, which is row i by rows.
    let vectors = (0..<count).map { Array(gram[($0 * count)..<(($0 + 1) * count)]) }
    return Ritz(values: values.reversed(), vectors: vectors.reversed())
  }

  /// The vectors of the largest values, from what stands for the frame's: [count, width].
  func combined(_ source: [Double], of width: Int, _ ritz: Ritz, _ count: Int) -> [Double] {
    guard count > 0, frame.count > 0 else { return [] }
    let factors = ritz.vectors.prefix(count).flatMap { $0 }
    var result = [Double](repeating: 0, count: count * width)
    OpenBLAS.functions.dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(count), Int32(width), Int32(frame.count), 1,
      factors, Int32(frame.count), source, Int32(width), 0, &result, Int32(width))
    return result
  }
}
