// Starts what a page needs. Without this file everything can still be read and done.
import { keepTimes } from "./times.js";
import { keepFresh } from "./live.js";
import { actQuietly } from "./forms.js";
import { offerCopies } from "./copies.js";

keepTimes(document);
offerCopies(document);
const address = document.body.dataset.live;
if (address) {
  const refresh = keepFresh(address, document.body.dataset.service);
  actQuietly(refresh);
}
