/// The model families that Tare runs.
package import TareCore

package enum Architectures {
  package static let registry = Registry<any Architecture.Type>(
    "architecture",
    [
      Llama.self
    ]
  ) { $0 }
}
