/// The length of the response, the covariate that reward models are known to follow.

package enum Length: ResponseCovariate {
  package static let key = "length"
  package static let id = "length.scalars/1"
  package static let summary = "characters of the response"
  package static let definition = "Unicode scalars of the response"

  package static func count(in response: Span<UInt8>) -> Int { response.scalars }
}

extension Span<UInt8> {
  /// Unicode scalars of UTF-8, Python's `len`: all bytes but those that continue a scalar.
  var scalars: Int {
    var count = 0
    for index in indices where self[index] & 0xC0 != 0x80 { count += 1 }
    return count
  }
}
