/// Digits, which mathematics and code are full of.

package enum Digits: ResponseCovariate {
  package static let key = "digits"
  package static let id = "digits/1"
  package static let summary = "digits 0 to 9 of the response"
  package static let definition = "digits 0 to 9 of the response"

  package static func count(in response: Span<UInt8>) -> Int {
    var digits = 0
    for index in response.indices where response[index] &- UInt8(ascii: "0") < 10 { digits += 1 }
    return digits
  }
}
