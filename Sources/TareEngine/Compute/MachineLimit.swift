/// What the machine can do at most: large matrix products, nothing else.
internal import CKernels
internal import COpenBLAS
internal import Foundation
internal import Synchronization
internal import TareCore

/// Speed of large matrix products on all cores, in 10⁹ operations a second.
package struct MachineLimit: Sendable {
  /// Who multiplies, in what precision, and how fast. Types that the machine or a library cannot do
  /// are left out.
  package let products: [(library: String, precision: Precision, speed: Double)]
  /// The name of the kernels' table that this machine runs.
  package let kernels: String
  package let threads: Int

  /// The fastest product of a precision, whoever makes it.
  package func limit(_ precision: Precision) -> Double {
    products.filter { $0.precision == precision }.map(\.speed).max() ?? 0
  }

  /// The better of two measurements of each product.
  package func better(_ other: MachineLimit) -> MachineLimit {
    MachineLimit(
      products: products.map { product in
        let again = other.products.first {
          $0.library == product.library && $0.precision == product.precision
        }
        return (product.library, product.precision, max(product.speed, again?.speed ?? 0))
      }, kernels: kernels, threads: threads)
  }

  /// Takes some seconds. The best of several rounds, since other work can only slow one down.
  package static func measured(threads: Int) -> MachineLimit {
    var products: [(library: String, precision: Precision, speed: Double)] = []
    for precision in Precision.allCases {
      products.append(("tare", precision, ownSpeed(precision, threads: threads)))
    }
    if OpenBLAS.isThere {
      products.append(("OpenBLAS", .float32, openBLASSpeed(threads: threads)))
    }
    return MachineLimit(
      products: products, kernels: String(cString: tare_kernels().pointee.name), threads: threads)
  }

  /// One block of rows for each thread, by a matrix that they share.
  private static func ownSpeed(_ precision: Precision, threads: Int) -> Double {
    let (size, rows, repeats) = (2048, RowBlocks.largest, 4 * precision.valuesPerGroup)
    let matrix = Matrix(rows: size, columns: size, precision: precision) { row, column in
      Float((row + column) % 7) - 3
    }
    let pool = WorkerPool(threadCount: threads)
    let source = FloatBuffer((0..<(rows * size)).map { Float($0 % 5) - 2 })
    let work = (0..<threads).map { _ in
      (operand: OperandBuffer(columns: size, precision), target: FloatBuffer(count: rows * size))
    }
    let operations = 2 * Double(size * size * rows * repeats * threads)
    return best(rounds: 5, operations: operations) {
      pool.run(parts: threads) { part, _ in
        let operand = work[part].operand.load(source.view, rows: rows, columns: size, precision)
        for _ in 0..<repeats { matrix.multiply(operand, into: work[part].target.view) }
      }
    }
  }

  private static func openBLASSpeed(threads: Int) -> Double {
    let size = 1024
    let pool = WorkerPool(threadCount: threads)
    let matrices = (0..<threads).map { _ in
      (0..<3).map { _ in FloatBuffer([Float](repeating: 1, count: size * size)) }
    }
    return best(rounds: 5, operations: 2 * pow(Double(size), 3) * Double(4 * threads)) {
      pool.run(parts: threads) { part, _ in
        let (a, b, c) = (matrices[part][0], matrices[part][1], matrices[part][2])
        for _ in 0..<4 {
          OpenBLAS.functions.sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(size), Int32(size), Int32(size), 1,
            a.view.base, Int32(size), b.view.base, Int32(size), 0, c.view.base, Int32(size))
        }
      }
    }
  }
}

/// Operations a second of the fastest of some rounds, in 10⁹, after one that does not count.
private func best(rounds: Int, operations: Double, _ work: () -> Void) -> Double {
  work()
  var fastest = Double.infinity
  for _ in 0..<rounds {
    let start = ContinuousClock.now
    work()
    fastest = min(fastest, (ContinuousClock.now - start) / .seconds(1))
  }
  return operations / fastest / 1e9
}
