/** The form of a Region's name, in every partition: it becomes part of the name of a host, so nothing else may pass. */
export const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;
