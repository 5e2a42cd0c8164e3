/// One thing that is known about a model.
package import TareCore

package struct InspectionFact: Sendable {
  /// Its key in JSON; nil for a line that is for people alone.
  package let key: String?
  package let value: JSONValue
  /// What people see it called; nil for a fact that is in the JSON alone.
  package let label: String?
  package let text: String
}
