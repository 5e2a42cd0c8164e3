/// The weight formats that Tare reads, tried in this order.
package import TareCore

package enum WeightFormats {
  package static let registry = Registry<any WeightFormat.Type>(
    "weight format",
    [
      GGUF.self,
      Safetensors.self,
    ]
  ) { $0 }
}
