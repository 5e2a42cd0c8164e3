/// What the machine can do at most: large matrix products, nothing else.
internal import CKernels
internal import COneDNN
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
    for (precision, source, weights, target) in [
      (Precision.float32, dnnl_f32, dnnl_f32, dnnl_f32),
      (.bfloat16, dnnl_bf16, dnnl_bf16, dnnl_f32), (.int8, dnnl_u8, dnnl_s8, dnnl_s32),
    ] {
      guard let product = OneDNNProduct(source, weights, target) else { continue }
      products.append(("oneDNN", precision, product.speed()))
    }
    products.append(("OpenBLAS", .float32, openBLASSpeed(threads: threads)))
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
    openblas_set_num_threads(1)
    let size = 1024
    let pool = WorkerPool(threadCount: threads)
    let matrices = (0..<threads).map { _ in
      (0..<3).map { _ in FloatBuffer([Float](repeating: 1, count: size * size)) }
    }
    return best(rounds: 5, operations: 2 * pow(Double(size), 3) * Double(4 * threads)) {
      pool.run(parts: threads) { part, _ in
        let (a, b, c) = (matrices[part][0], matrices[part][1], matrices[part][2])
        for _ in 0..<4 {
          cblas_sgemm(
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

/// One product of oneDNN, 2048 × 2048 × 2048, ready to run.
private final class OneDNNProduct {
  private static let size = 2048
  private var engine: dnnl_engine_t?
  private var stream: dnnl_stream_t?
  private var primitive: dnnl_primitive_t?
  private var memories: [dnnl_memory_t?] = []

  /// - Returns: nil if oneDNN has no such product on this machine.
  init?(_ source: dnnl_data_type_t, _ weights: dnnl_data_type_t, _ target: dnnl_data_type_t) {
    guard dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success,
      dnnl_stream_create(&stream, engine, UInt32(dnnl_stream_default_flags.rawValue))
        == dnnl_success
    else { return nil }
    var dimensions = [dnnl_dim_t](repeating: 0, count: 12)
    (dimensions[0], dimensions[1]) = (dnnl_dim_t(Self.size), dnnl_dim_t(Self.size))
    func description(_ type: dnnl_data_type_t, _ tag: dnnl_format_tag_t) -> dnnl_memory_desc_t {
      var result = dnnl_memory_desc_t()
      dnnl_memory_desc_init_by_tag(&result, 2, &dimensions, type, tag)
      return result
    }
    var sourceDescription = description(source, dnnl_ab)
    var weightsDescription = description(weights, dnnl_format_tag_any)
    var targetDescription = description(target, dnnl_ab)
    var product = dnnl_matmul_desc_t()
    var primitiveDescription: dnnl_primitive_desc_t?
    guard
      dnnl_matmul_desc_init(
        &product, &sourceDescription, &weightsDescription, nil, &targetDescription) == dnnl_success,
      dnnl_primitive_desc_create(&primitiveDescription, &product, nil, engine, nil)
        == dnnl_success
    else { return nil }
    defer { dnnl_primitive_desc_destroy(primitiveDescription) }
    guard dnnl_primitive_create(&primitive, primitiveDescription) == dnnl_success else {
      return nil
    }
    for query in [dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md] {
      var memory: dnnl_memory_t?
      // A handle of −1 asks oneDNN to allocate.
      guard
        dnnl_memory_create(
          &memory, dnnl_primitive_desc_query_md(primitiveDescription, query, 0), engine,
          UnsafeMutableRawPointer(bitPattern: -1)) == dnnl_success
      else { return nil }
      memories.append(memory)
    }
  }

  deinit {
    for memory in memories { dnnl_memory_destroy(memory) }
    if let primitive { dnnl_primitive_destroy(primitive) }
    if let stream { dnnl_stream_destroy(stream) }
    if let engine { dnnl_engine_destroy(engine) }
  }

  func speed() -> Double {
    let arguments = zip([DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST], memories).map {
      dnnl_exec_arg_t(arg: $0, memory: $1)
    }
    return best(rounds: 5, operations: 2 * pow(Double(Self.size), 3)) {
      dnnl_primitive_execute(primitive, stream, Int32(arguments.count), arguments)
      dnnl_stream_wait(stream)
    }
  }
}
