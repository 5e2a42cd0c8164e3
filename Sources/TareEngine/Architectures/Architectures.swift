/// The model families that Tare runs.
package import TareCore

package let architectures = Registry<any Architecture.Type>(
  "architecture",
  [
    Llama.self
  ]
) { $0 }
