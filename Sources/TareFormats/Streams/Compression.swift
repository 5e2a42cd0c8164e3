/// How a whole file is compressed: known by content when it is read, by the name when it is written.
package import Foundation
package import TareCore

package enum Compression: CaseIterable, Sendable {
  case gzip
  case zstd

  /// Bytes by which it is known.
  package static let openingBytes = 4

  /// - Returns: nil for bytes that are not compressed so.
  package init?(of data: Data) {
    if Gzip.isGzip(data) {
      self = .gzip
    } else if Zstd.isZstd(data) {
      self = .zstd
    } else {
      return nil
    }
  }

  /// - Returns: nil for a name without such an ending.
  package init?(ending name: String) {
    guard let found = Self.allCases.first(where: { name.hasSuffix($0.ending) }) else { return nil }
    self = found
  }

  package var ending: String {
    switch self {
    case .gzip: ".gz"
    case .zstd: ".zst"
    }
  }

  func inflater() throws(TareError) -> any StreamInflater {
    switch self {
    case .gzip: try GzipInflater()
    case .zstd: try ZstdInflater()
    }
  }

  package func inflated(_ data: Data) throws(TareError) -> Data {
    switch self {
    case .gzip: try Gzip.inflated(data)
    case .zstd: try Zstd.inflated(data)
    }
  }

  package func deflated(_ data: Data) throws(TareError) -> Data {
    switch self {
    case .gzip: try Gzip.deflated(data)
    case .zstd: try Zstd.deflated(data)
    }
  }
}
