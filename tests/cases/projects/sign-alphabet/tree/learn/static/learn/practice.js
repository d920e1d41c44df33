// everything happens in the browser: no picture leaves the visitor's machine
const LETTERS = 'ABCDEFGHIKLMNOPQRSTUVWXY';
(async () => {
  const model = await tf.loadLayersModel(document.body.dataset.model);
  const video = document.getElementById('camera');
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 224, height: 224 } });
  setInterval(() => {
    const scores = tf.tidy(() => model.predict(tf.browser.fromPixels(video).resizeBilinear([28, 28]).mean(2).div(255).expandDims(0).expandDims(-1)));
    document.getElementById('letter').value = LETTERS[scores.argMax(-1).dataSync()[0]];
    scores.dispose();
  }, 400);
})();
