// SPDX-License-Identifier: Apache-2.0
// The camera as a reader of QR codes: the phone's own reader where there is one, a small one of ours elsewhere.

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

const LOOK_MS = 120;

/** Shows the camera in `video` and gives each code read to `read`, until it says true. Returns how to stop. */
export function watchCamera(video: HTMLVideoElement, read: (text: string) => boolean, failed: () => void): () => void {
  let isOn = true;
  let stream: MediaStream | null = null;
  const stop = () => {
    isOn = false;
    stream?.getTracks().forEach((track) => track.stop());
  };
  const run = async () => {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    if (!isOn) return stop();
    video.srcObject = stream;
    await video.play();
    const look = await reader();
    while (isOn) {
      const text = await look(video).catch(() => null);
      if (text !== null && read(text)) return stop();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };
  run().catch(failed);
  return stop;
}

async function reader(): Promise<(video: HTMLVideoElement) => Promise<string | null>> {
  const native = (globalThis as { BarcodeDetector?: new (how: { formats: string[] }) => Detector }).BarcodeDetector;
  if (native !== undefined) {
    const detector = new native({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  }
  const { default: decode } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  return async (video) => {
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null || canvas.width === 0) return null;
    context.drawImage(video, 0, 0);
    try {
      return decode(context.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return null; // no code in this frame
    }
  };
}
