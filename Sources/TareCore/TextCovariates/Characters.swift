/// The length of the response under the name that the literature has for it.

package enum Characters: ResponseCovariate {
  package static let key = "characters"
  package static let id = Length.id
  package static let summary =
    "characters of the response, computed from the text even if there is a column length"
  package static let definition = Length.definition

  package static func count(in response: Span<UInt8>) -> Int { response.scalars }
}
