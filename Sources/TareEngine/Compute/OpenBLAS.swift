/// Products and solvers of OpenBLAS, which is loaded when it is first wanted.
package import COpenBLAS
package import TareCore

package enum OpenBLAS {
  private static let loaded = tare_openblas()?.pointee

  package static var isThere: Bool { loaded != nil }

  /// - Throws: `TareError.unreachable` where the library is missing: say so before the first product.
  package static func require() throws(TareError) {
    guard isThere else {
      throw .unreachable(
        "libopenblas.so.0 is missing: it is needed to train heads and to read PiSSA and OLoRA adapters "
          + "(Debian: apt-get install libopenblas0)")
    }
  }

  /// What it has; `require` was called before.
  package static var functions: tare_openblas {
    guard let loaded else { preconditionFailure("OpenBLAS was not asked for") }
    return loaded
  }
}
